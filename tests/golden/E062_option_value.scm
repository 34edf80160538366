A, B, C, D, E, F: binary
mechanism A: table(embedding=1.5)
mechanism B: net(hidden=64)
mechanism C: net(hidden=[64, 0])
mechanism D: net(activation=swish)
mechanism E: net(residual=1)
mechanism F: table(embedding=99999)
