# a learned image has no equation
D: 0..9
I: image(3, 8, 8)
I ~ gan(D)
