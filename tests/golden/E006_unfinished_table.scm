Rain, Wet: binary
Wet ~ table(Rain) {
  (0): [0.9, 0.1]
  (1): [0.2, 0.8]

Wet -> Umbrella
