I: image(3, 8, 8)
I ~ disc(tint=0.5)
