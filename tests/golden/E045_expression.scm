Age: 20..29
Smoker: binary
Ill: binary
Ill ~ table(Smoker) { (0): [1 - 0.01 * Age, 0.01 * Age]  (1): [0.5, 0.5] }
