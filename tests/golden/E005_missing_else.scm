X, Y: binary
Y := if X then 1
