D: 0..9
Size: 0..9
Size ~ disc(size=D)
