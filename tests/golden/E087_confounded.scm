X, Y: binary
X <-> Y
monotone X <-> Y
