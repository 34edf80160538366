_X, Y: binary
_X -> Y
