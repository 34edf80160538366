A, B, C, D, E, F, G: 0..9
Y: binary
Y ~ table(A, B, C, D, E, F, G) { (0, 0, 0, 0, 0, 0, 0): [0.5, 0.5] }
