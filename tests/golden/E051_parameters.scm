D: 0..9
I: image(3, 8, 8)
I ~ disc(D, sise=3)
J: image(3, 8, 8)
J ~ disc(size=D, size=D)
