# a front-door model of which only the ends were declared
X, Y: binary
X -> Z -> Y
X <-> Y
