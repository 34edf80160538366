Dose, Weight: real
Cured: binary
Dose -> Cured
Dose -> Weight
monotone Dose -> {Cured, Weight}
