D: 0..9
I: image(3, 8, 8)
D -> I
query q = P(I | do(D=3))
