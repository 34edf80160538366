A: real
I: image(3, 8, 8)
I ~ disc(size=3, tint=A)
