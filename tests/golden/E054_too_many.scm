# the child's own level has no place in the row
Rain, Wet: binary
Wet ~ table(Rain) { (0, 0): [0.9, 0.1]  (1, 0): [0.2, 0.8] }
