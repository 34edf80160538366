model A
model B
model C
X, Y: binary
X -> Y
