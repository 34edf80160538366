D: 0..9
X: real
X := 1 / (D - 3)
Y: real
Y := log(0 - 1)
