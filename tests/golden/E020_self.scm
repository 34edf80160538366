X, Y: binary
X -> Y
Y <-> Y
