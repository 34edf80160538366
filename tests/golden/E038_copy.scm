Left, Right: image(3, 8, 8)
Right := Left
