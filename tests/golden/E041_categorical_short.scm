Arm: {placebo, low, high}
Arm ~ categorical([0.5, 0.5])
