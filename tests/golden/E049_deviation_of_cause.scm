# at N=0 nothing would vary
N: 0..10
Mean: real
Mean ~ normal(0, N / 10)
