A: real
Count: 0..9
Count := round(A)
