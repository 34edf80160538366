Grade: {a, b, c}
Letter: binary
Letter ~ table(Grade) {
  (a): [0.1, 0.9]
  (b): [0.4, 0.6]
  (b): [0.99, 0.01]
}
