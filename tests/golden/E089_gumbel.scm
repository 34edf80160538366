X: binary
Y: {worse, same, better}
# The first two levels lose to the third, but the odds of the second against the first fall.
Y ~ table(X, coupling=gumbel) {
    (0): [0.3, 0.4, 0.3]
    (1): [0.3, 0.1, 0.6]
}
monotone X -> Y
