let low = 0.1
Risk: {low, high}
