C: {red, green}
D: 0..9
A: real
query a = do(C=blue)
query b = do(D=10)
query c = do(A=red)
query d = do(Colour=1)
