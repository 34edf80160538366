D: 0..9
I: image(3, 8, 8)
D -> I
query q = I[D] | I
