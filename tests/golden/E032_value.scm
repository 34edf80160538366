D: 0..9
A: real
X: 0..9
X := D + 1
Y: binary
Y := D / 9
Z: 0..9
Z := floor(A)
W: 0..9
W := round(clip(A, 0, 9)) / 2
V: bits(2)
V := D
Q: bits(3)
R: binary
R := Q[3]
