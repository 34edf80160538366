X, Y: binary
X -> Y
mechanism Y: net(dropout=20, residual=yes)
