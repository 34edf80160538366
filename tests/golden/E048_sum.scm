D: 0..3
A: real
X: 0..2
X ~ categorical([D / 4, D / 8, 0.25])
Y: binary
Y ~ categorical([sigmoid(A), sigmoid(-A)])
