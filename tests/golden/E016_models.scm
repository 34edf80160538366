model A
model B
X: binary
