X: binary
Y: binary  # still a comment
Y := X @ 1
