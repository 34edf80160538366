X: binary Y: binary
