D: 0..9
A: real
I: image(3, 8, 8)
I ~ disc(size=D + 1, tint=A)
