# M-bias: a variable from before the treatment that had better be left alone.
#
# M comes before X and Y, is associated with both and acts on neither. Nothing confounds X and Y; whoever
# adjusts for M, as for any variable measured before, makes a dependence where there was none. With A or
# B known as well it is gone again.
#
# S. Greenland, J. Pearl and J. M. Robins (1999), "Causal diagrams for epidemiologic research", Epidemiology 10;
# S. Greenland (2003), "Quantifying biases in causal models", Epidemiology 14.

latent A, B

A -> {X, M}
B -> {M, Y}

assert independent(X, Y)
assert not independent(X, Y | M)
assert independent(X, Y | M, A)
assert independent(X, Y | M, B)
assert not independent(X, M)
assert not independent(M, Y)

assert identifiable(P(Y | do(X)))
