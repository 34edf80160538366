X, Y: 0..9
X := Y
Y := 9 - X
