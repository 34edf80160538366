Dose: 0..3
Y: binary
Dose -> Y
query q = ATE(Dose, Y)
