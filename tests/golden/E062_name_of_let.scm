let width = 64
X, Y: binary
X -> Y
mechanism Y: net(hidden=[width, width])
