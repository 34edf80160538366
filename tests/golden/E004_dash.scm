X, Y: real
Y := X – 1
