# A divisor that can be 0 is found where the rest is real, and where its causes are too many to be tried.
A, Share, Rate: real
X: binary
N0, N1, N2: 0..99
Share := A / X
Rate := A / (N0 + N1 + N2)
let total = N0 + N1 + N2
R: real
R := if total == 0 then 0 else A / total
