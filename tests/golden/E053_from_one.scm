D: 1..10
I: image(3, 8, 8)
I ~ disc(size=D)
