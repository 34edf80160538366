C: {red, green}
B: binary
B ~ table(C) {
  (red): [0.9, 0.1]
  (green): [0.5, 0.5]
  (0): [0.8, 0.2]
}
