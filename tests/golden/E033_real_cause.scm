Dose: real
Cured: binary
Cured ~ bernoulli(0.1 * Dose)
