X: 0..2
Y: 0..2
Y ~ categorical([0.5, 0.3, 0.2], coupling=gumble)
