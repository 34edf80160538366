X, Y: binary
X -> Y
mechanism Y: net([64, 64])
