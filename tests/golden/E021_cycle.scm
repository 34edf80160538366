X, Y, Z: binary

X -> Z
Y -> X

Z -> X
