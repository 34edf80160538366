theta: real
theta ~ cauchy(0, 5)
