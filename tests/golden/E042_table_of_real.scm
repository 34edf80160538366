Age: real
Smokes: binary
Smokes ~ table(Age) { (0): [0.5, 0.5] }
