I: image(3, 8, 8)
Dark: binary
Dark := I < 128
