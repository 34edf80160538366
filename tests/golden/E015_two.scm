exogenous noise ~ bernoulli(0.5)
Source: {signal, noise}
signal: real
