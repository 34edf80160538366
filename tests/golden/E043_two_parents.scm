Rain, Sprinkler, Wet: binary
Wet ~ table(Rain, Sprinkler) {
  (0, 0): [1, 0]
  (0, 1): [0.1, 0.9]
  (1, 1): [0.01, 0.99]
}
