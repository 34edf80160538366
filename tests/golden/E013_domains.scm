A: 9..0
B: {red, green, red}
C: {0, 1}
D: bits(0)
E: image(28, 28)
F: image(2, 28, 28)
G: binary(2)
H: bits(40)
J: 0..99999999
