Rain, Sprinkler, Wet: binary
Rain -> Wet
Wet ~ table(Rain, Sprinkler) {
  (0, 0): [1, 0]      (0, 1): [0.1, 0.9]
  (1, 0): [0.2, 0.8]  (1, 1): [0.01, 0.99]
}
