C: {red, green}
D: 0..9
B: binary
B ~ table(C) {
  (red): [0.9, 0.2]
  (green): [0.5, 0.25, 0.25]
}
A: binary
A ~ table(C) { (red): [D, 0.5]  (green): [0.5, 0.5] }
