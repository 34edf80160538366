X: 0..2
Weight: real
Y: {worse, same, better}
let p = sigmoid(Weight)
Y ~ categorical([0.4 - 0.1 * X, 0.5 * p, 0.6 + 0.1 * X - 0.5 * p])
monotone X -> Y
