# The world behind `morpho.scm`: every mechanism, and every exogenous probability.
#
# The equations of Pawlowski, Castro and Glocker (arXiv:2006.06485, section 4): T - 0.5 has the gamma
# distribution of shape 10 and rate 5, and thick strokes are bright. The gamma variable is a cube of a normal one,
# after Wilson and Hilferty, "The Distribution of Chi-Square" (PNAS 17, 1931): its distribution function is nowhere
# off by more than .001.

model MorphoMNISTTruth

exogenous U_t ~ normal(0, 1)
exogenous U_k ~ normal(0, 1)

D: 0..9
T: real
K: real
I: image(1, 28, 28)

D ~ uniform(0..9)
T := 0.5 + 2 * (1 - 1 / 90 + U_t / sqrt(90)) ** 3
K := 64 + 191 * sigmoid(2 * T - 5 + 0.5 * U_k)
I ~ morpho_mnist(digit=D, thickness=clip(T, 1, 6), intensity=clip(K, 64, 255))
