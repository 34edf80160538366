Rain, Sprinkler, Wet: binary
Wet ~ table(Rain, Sprinkler) { (0): [1, 0]  (1): [0.2, 0.8] }
