Rain, Wet: binary
Wet ~ bernoulli(if Rain then 0.8 else (0.1 + 0.1)
