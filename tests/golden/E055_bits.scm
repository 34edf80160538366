State: bits(10)
Next: bits(10)
Next ~ table(State) { (0): [0.5, 0.5] }
