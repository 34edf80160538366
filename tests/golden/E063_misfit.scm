X: binary
A: real
X -> A
mechanism X, A: table
