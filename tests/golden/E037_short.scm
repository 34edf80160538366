X, Y: binary
Code: bits(3)
Code := [X, Y]
