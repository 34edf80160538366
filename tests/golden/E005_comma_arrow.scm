X, Y, Z: binary
X, Y -> Z
