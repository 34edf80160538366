# a handle in a name
X, Y: binary
@me -> Y
