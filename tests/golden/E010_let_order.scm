# each of the two needs the other
let mean = total / 10
let total = 10 * mean
X: real
X ~ normal(mean, 1)
