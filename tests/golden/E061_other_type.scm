X, Y: binary
X -> Y
mechanism X: table(hidden=[64])
mechanism Y: net(embedding=8)
