let alpha = 0.5
alpha: real
Y: real
alpha -> Y
