Dose: real
Cured: binary
Dose -> Cured
query high = P(Cured=1 | do(Dose=high))
