Rain, Wet: binary
Wet ~ table(Rain) { (0): [90, 10]  (1): [20, 80] }
