X, Y: real
X -> Y
mechanism Y: normal(0, 1)
