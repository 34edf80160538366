A, B, C, D, E, F: 0..9
Y: binary
Y := abs(A - 20) + B + C + D + E + F < 30
monotone A -> Y
