D: 0..9
I: image(3, 8, 8)
I ~ disc(size=D, colour=0.5)
