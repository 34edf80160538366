D: 0..9
I: image(3, 8, 8)
I ~ gaussian(D, 1)
