Arm: {placebo, drug}
Cured: binary
Cured ~ bernoulli(if Arm == drug then 0.5 else -0.1)
