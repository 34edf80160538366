D: 0..9
I: image(3, 64, 64)
I ~ disc(size=D)
