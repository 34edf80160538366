X, Y: binary
X -> Y
mechanism Y: Linear
