model M
X: binary
model M
