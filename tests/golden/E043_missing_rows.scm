D: 0..9
C: {red, green}
B: binary
B ~ table(D, C) {
  (0, red): [0.9, 0.1]
  (0, green): [0.5, 0.5]
}
A: binary
A ~ table(C)
E: binary
E ~ table(C) { (red, 0): [0.5, 0.5]  (green): [0.5, 0.5] }
