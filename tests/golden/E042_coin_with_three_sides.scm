Vote: {left, centre, right}
Vote ~ bernoulli(0.5)
