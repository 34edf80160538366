# Coloured handwritten digits with a blue bar across the top: what is assumed, and how it is learned.
#
# The digit D and the bar B share hidden causes, and D acts on B only through the colour C. So C is
# a front door: the effect of D on B can be had from data although D and B are confounded.
# `frontdoor_truth.scm` is a world that this diagram describes.

model BarMNISTFrontdoor

D: 0..9               # the digit
C: {red, green}       # its colour
B: {absent, present}  # the bar
I: image(3, 28, 28)

D -> C -> B
D <-> B
{D, C, B} -> I

# Small conditional tables for the labels, each label embedded in 16 numbers for the generator.
mechanism D, C, B: table(embedding=16)
# A diffusion model for the image, conditioned on the labels.
mechanism I: diffusion(channels=[32, 64])

query recolour = do(C=green)
query redigit = do(D=8)
query green_one = I[C=green] | I
