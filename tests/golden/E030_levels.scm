# A level of one variable is no value of another.
C: {red, green}
Size: {small, large}
D: 0..9
Y, X: binary
Y := D == red
D := green
Size := C
X ~ bernoulli(green)
