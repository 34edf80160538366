X, Y: binary
X := Y and if Y then 1 else 0
Y := X +
Z := (X Y)
W := if X then Y
V := max(X,)
