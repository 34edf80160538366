A, B, C, D: binary
A -> B -> C
C -> {D, A}
D -> D
