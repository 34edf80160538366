# The world behind `frontdoor.scm`: every mechanism, and every exogenous probability.
#
# U_d decides the digit and, through T1, the bar: that is the confounding of D and B. The colour is
# more often green for small digits.

model BarMNISTFrontdoorTruth

exogenous U_d ~ uniform(0..9)
exogenous N1 ~ bernoulli(0.9)
exogenous N2 ~ bernoulli(0.8)
exogenous N3 ~ bernoulli(0.7)

D: 0..9
C: {red, green}
latent T1, T2: binary
B: {absent, present}
I: image(3, 28, 28)

D := U_d
C ~ bernoulli(0.1 * (9.5 - D))  # green with this probability
T1 := (U_d < 3) xor N1          # hidden: small digits, most of the time not
T2 := C xor N2                  # hidden: red, most of the time
B := (T1 or T2) and N3
I ~ bar_mnist(digit=D, colour=C, bar=B)
