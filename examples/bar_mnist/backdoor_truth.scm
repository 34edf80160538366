# The world behind `backdoor.scm`: every mechanism, and every exogenous probability.
#
# The digit acts on the colour and, through T1, on the bar. Nothing hidden is shared, so there is no
# confounding beside D itself.

model BarMNISTBackdoorTruth

exogenous N1 ~ bernoulli(0.8)
exogenous N2 ~ bernoulli(0.9)
exogenous N3 ~ bernoulli(0.75)

D: 0..9
C: {red, green}
latent T1, T2: binary
B: {absent, present}
I: image(3, 28, 28)

D ~ uniform(0..9)
C ~ bernoulli(0.1 * (D + 0.5))  # green with this probability
T1 := (D >= 5) xor N1           # hidden: small digits, most of the time
T2 := C xor N2                  # hidden: red, most of the time
B := (T1 or T2) and N3
I ~ bar_mnist(digit=D, colour=C, bar=B)
