# The front door: an effect through a mediator, when cause and effect share a cause nobody sees.
#
# Smoking leaves tar, tar gives cancer, and a gene that makes smokers gives cancer too. The gene is not
# in the data, and what can be said without it is what the tar says. The numbers were made up to
# provoke: smokers have cancer far more often, and yet smoking prevents it, since among smokers and among
# the others alike those with tar have less of it.
#
# J. Pearl (1995), "Causal diagrams for empirical research", Biometrika 82; the numbers are those of J. Pearl
# (2009), "Causality", second edition, section 3.3.3.

exogenous Gene ~ bernoulli(0.5)

Smoking, Tar, Cancer: binary

Smoking := Gene
Tar ~ bernoulli(if Smoking then 0.95 else 0.05)
Cancer ~ table(Tar, Gene) {
    (0, 0): [0.90, 0.10]
    (0, 1): [0.10, 0.90]
    (1, 0): [0.95, 0.05]
    (1, 1): [0.15, 0.85]
}

# What is seen.
assert P(Cancer=1 | Smoking=1) == 0.8525
assert P(Cancer=1 | Smoking=0) == 0.0975

# What smoking does.
assert P(Cancer=1 | do(Smoking=1)) == 0.4525
assert P(Cancer=1 | do(Smoking=0)) == 0.4975

assert identifiable(P(Cancer | do(Smoking)))
assert identifiable(ETT(Smoking, Cancer))
assert not independent(Smoking, Cancer | Tar)
