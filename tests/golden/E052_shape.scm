D: 0..9
I: image(3, 28, 28)
I ~ disc(size=D)
X: 0..9
X ~ disc(size=D)
