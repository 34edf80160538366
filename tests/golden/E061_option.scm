X, Y, Z: binary
mechanism X: table(embeding=16)
mechanism Y: table(16)
mechanism Z: table(embedding=16, embedding=17)
