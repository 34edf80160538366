Dose: 0..3
Cured: binary
Dose ~ uniform()
Cured ~ bernoulli(0.2 + 0.1 * Dose)
monotone Cured -> Dose
