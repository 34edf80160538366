X, Y: binary
X -> Y
mechanism Y: net(activation=gelu)
