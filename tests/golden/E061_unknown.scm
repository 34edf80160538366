X, Y: binary
X -> Y
mechanism Y: net(layers=[64, 64])
