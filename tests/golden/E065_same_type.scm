X: 0..9
mechanism X: table(embedding=8)
mechanism X: table(embedding=16)
