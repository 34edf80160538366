D: 0..9
I: image(3, 8, 8)
D -> I
query pixels = do(I=1)
