X, Y: real
Y := X +
