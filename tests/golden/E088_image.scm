D: 0..9
I: image(1, 28, 28)
D -> I
monotone D -> I
