# Mediation: how much of an effect goes through the mediator.
#
# A drug X makes an enzyme M, and the two heal more together than one by one. Given to everybody, the drug
# heals another 46 in 100. With the enzyme left as it is without the drug it would be 32 (the natural direct
# effect); with the enzyme that the drug makes, and nothing else of the drug, 3.5 (the natural indirect
# effect). The two do not add up to the whole, since neither has what drug and enzyme do together.
#
# J. Pearl (2001), "Direct and indirect effects", UAI; the numbers are those of J. Pearl (2014), "Interpretation and
# identification of causal mediation", Psychological Methods 19.

X, M, Y: binary

X ~ bernoulli(0.5)
M ~ bernoulli(if X then 0.75 else 0.40)
Y ~ table(X, M) {
    (0, 0): [0.80, 0.20]
    (0, 1): [0.70, 0.30]
    (1, 0): [0.60, 0.40]
    (1, 1): [0.20, 0.80]
}

assert P(Y=1 | do(X=1)) == 0.7
assert P(Y=1 | do(X=0)) == 0.24
assert ATE(X, Y) == 0.46
assert NDE(X, Y) == 0.32
assert NIE(X, Y) == 0.035

# The same in full: Y under the drug, with the enzyme as it would have been without, and the reverse.
assert P(Y[X=1, M[X=0]]=1) - P(Y[X=0]=1) == 0.32
assert P(Y[X=0, M[X=1]]=1) - P(Y[X=0]=1) == 0.035

# The whole is the direct effect, less the indirect one of the way back.
assert P(Y[X=1]=1) - P(Y[X=1, M[X=0]]=1) == 0.14

assert identifiable(NDE(X, Y))
assert identifiable(NIE(X, Y))
assert not identifiable(PNS(X, Y))
assert not independent(X, Y | M)
