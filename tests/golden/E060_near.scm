X, Y: binary
X -> Y
mechanism X, Y: tables(embedding=8)
