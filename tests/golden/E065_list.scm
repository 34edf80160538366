D, C, B: binary
D -> C -> B
mechanism D, C, B: table
mechanism B: net(hidden=[64])
