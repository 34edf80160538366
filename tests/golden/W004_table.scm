X: {a, b}
X ~ table() { (): [1, 0] }
