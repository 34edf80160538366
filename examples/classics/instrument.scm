# The instrument: a coin that pushes, and what it says about those who can be pushed.
#
# A coin Z offers a treatment X, which some take whatever the coin says, some never, and some as they are
# told: nobody does the opposite. The same temper acts on the outcome Y, so X and Y are confounded. The
# effect in everybody is not identifiable. That in those who do as told is the ratio of two differences
# that the coin makes, and need not be the effect in everybody.
#
# G. W. Imbens and J. D. Angrist (1994), "Identification and estimation of local average treatment effects",
# Econometrica 62; J. D. Angrist, G. W. Imbens and D. B. Rubin (1996), "Identification of causal effects using
# instrumental variables", Journal of the American Statistical Association 91.

exogenous Temper ~ categorical([0.25, 0.5, 0.25])  # 0 never, 1 as told, 2 always

Z, X, Y: binary

Z ~ bernoulli(0.5)
X := Temper == 2 or (Temper == 1 and Z)
Y ~ table(X, Temper) {
    (0, 0): [0.8, 0.2]
    (0, 1): [0.7, 0.3]
    (0, 2): [0.4, 0.6]
    (1, 0): [0.7, 0.3]
    (1, 1): [0.3, 0.7]
    (1, 2): [0.1, 0.9]
}

# What is seen, and what is true of everybody.
assert P(Y=1 | X=1) - P(Y=1 | X=0) == 0.55
assert P(Y=1 | do(X=1)) - P(Y=1 | do(X=0)) == 0.3

# What the coin says, and what is true of those who do as told.
assert (P(Y=1 | Z=1) - P(Y=1 | Z=0)) / (P(X=1 | Z=1) - P(X=1 | Z=0)) == 0.4
assert P(Y[X=1]=1 | X[Z=0]=0, X[Z=1]=1) - P(Y[X=0]=1 | X[Z=0]=0, X[Z=1]=1) == 0.4

assert not identifiable(P(Y | do(X)))

# The diagram alone does not say that nobody does the opposite.
assert not identifiable(P(Y[X=1]=1 | X[Z=0]=0, X[Z=1]=1))
assert not independent(Z, Y | X)  # X is a common effect of the coin and the temper
