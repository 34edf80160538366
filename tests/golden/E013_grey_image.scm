Scan: image(28, 28)
D: 0..9
D -> Scan
