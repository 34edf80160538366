I: image(3, 28, 28)
X: binary
X -> I
query edit = I_{X=1} | I
