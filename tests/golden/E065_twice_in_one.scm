X, Y: binary
X -> Y
mechanism X, Y, X: table
