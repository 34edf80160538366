D: 0..9
X: binary
Y: 0..9
Y := if D > 9 then X else D
