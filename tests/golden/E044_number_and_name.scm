Arm: {placebo, drug}
Cured: binary
Cured ~ table(Arm) { (placebo): [0.8, 0.2]  (drug): [0.4, 0.6]  (0): [0.7, 0.3] }
