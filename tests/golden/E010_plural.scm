let rates = 0.3
Arm: {placebo, drug}
Recovered: binary
Recovered ~ bernoulli(if Arm == drug then rate else 0.1)
