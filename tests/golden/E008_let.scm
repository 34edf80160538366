let not = 0.5
