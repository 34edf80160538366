D: 0..9
Z: bits(2)
Z := [D, 1]
