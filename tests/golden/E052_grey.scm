D: 0..9
I: image(1, 8, 8)
I ~ disc(size=D)
