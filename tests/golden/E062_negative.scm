X, Y: binary
X -> Y
mechanism Y: table(embedding=-1)
