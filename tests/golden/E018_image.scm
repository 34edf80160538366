Slide: image(3, 100000, 100000)
