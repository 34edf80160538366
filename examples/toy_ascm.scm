# A small augmented structural causal model: two labels, and an "image" of four pixels that
# depends on them. Every equation and every exogenous probability is known, so everything about
# it can be computed exactly.

model ToyASCM

# The exogenous variables, mutually independent.
exogenous U_x ~ bernoulli(0.6)
exogenous U_y ~ bernoulli(0.4)
exogenous U_xy ~ bernoulli(0.5)  # shared by X and Y: X <-> Y
exogenous U_I ~ bernoulli(0.5)

X, Y: binary
I: bits(4)  # read most significant pixel first: I=5 is 0101

X := U_x xor U_xy
Y := U_y xor U_xy
I := [U_x and X, Y, X xor U_I, X xor Y xor U_I]  # U_x is in X and in I: X <-> I
