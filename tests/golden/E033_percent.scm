Vaccinated: binary
Vaccinated ~ bernoulli(85)
