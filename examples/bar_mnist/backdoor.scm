# Coloured handwritten digits with a blue bar across the top: what is assumed, and how it is learned.
#
# The digit D is a common cause of the colour C and the bar B, and it is observed. So D is a back
# door between C and B that can be closed: the effect of C on B is had by adjusting for D.
# `backdoor_truth.scm` is a world that this diagram describes.

model BarMNISTBackdoor

D: 0..9               # the digit
C: {red, green}       # its colour
B: {absent, present}  # the bar
I: image(3, 28, 28)

D -> {C, B}
C -> B
{D, C, B} -> I

# Small conditional tables for the labels, each label embedded in 16 numbers for the generator.
mechanism D, C, B: table(embedding=16)
# A diffusion model for the image, conditioned on the labels.
mechanism I: diffusion(channels=[32, 64])

query recolour = do(C=green)
query redigit = do(D=8)
query green_one = I[C=green] | I
