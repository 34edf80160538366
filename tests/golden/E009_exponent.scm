X: real
X := 1e400
