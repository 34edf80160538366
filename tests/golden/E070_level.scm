Treatment: {placebo, drug}
Recovered: binary
Treatment -> Recovered
query effect = P(Recovered=1 | do(Treatment=treated))
