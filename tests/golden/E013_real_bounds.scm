Age: real(0, 120)
Dose: bits()
