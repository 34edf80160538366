# P(Wet=1) alone, as bnlearn's logical tables take it
Rain, Wet: binary
Wet ~ table(Rain) { (0): [0.1]  (1): [0.8] }
