Dose: real
Y: binary
Dose -> Y
query q = ETT(Dose, Y)
