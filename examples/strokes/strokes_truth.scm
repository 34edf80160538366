# The world behind `strokes.scm`: every mechanism, and every exogenous probability.
#
# A bold mood makes triangles more likely and the ink brighter, whatever the shape: that is the
# confounding of S and K.

model StrokesTruth

exogenous Mood ~ bernoulli(0.5)
exogenous N_k ~ bernoulli(0.5)

Z: {plain, fancy}
S: {ring, cross, triangle}
T: real
K: 1..4
I: image(1, 24, 24)

Z ~ bernoulli(0.5)
S ~ table(Z, Mood) {
    (plain, 0): [0.6, 0.3, 0.1]
    (plain, 1): [0.2, 0.5, 0.3]
    (fancy, 0): [0.3, 0.3, 0.4]
    (fancy, 1): [0.1, 0.2, 0.7]
}
T ~ normal(1.8 + 0.7 * S, 0.25)  # rings are thin, triangles are thick
K := 1 + (S == triangle) + Mood + N_k
I ~ strokes(shape=S, thickness=clip(T, 1, 4), ink=K)
