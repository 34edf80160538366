Before: {ill, well}
After: {well, ill}
X: binary
X ~ bernoulli(0.1 + 0.2 * well)
