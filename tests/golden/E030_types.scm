D: 0..9
X: binary
Z: bits(3)
I: image(3, 8, 8)
A: binary
A := D and X
B: binary
B := if D then 1 else 0
C: binary
C := not (D + 1)
E: binary
E := X[0]
F: 0..9
F := I + 1
Z := [X, X]
G: bits(2)
G := [X, D]
I := D
H: binary
H := Z[X]
