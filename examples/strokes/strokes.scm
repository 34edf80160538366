# Drawings of a ring, a cross or a triangle: what is assumed, and how it is learned.
#
# Z, the instruction that the drawer was given, acts on the shape S alone: it is an instrument. The
# shape and the ink K share a hidden cause, the drawer's mood, and the shape acts on the ink too. So
# the effect of S on K cannot be had from data alone (S -> K and S <-> K make a bow); the instrument
# bounds it. The thickness T of the pen is a real number that follows the shape. Z is no parent of
# the image. `strokes_truth.scm` is a world that this diagram describes.

model Strokes

Z: {plain, fancy}           # the instruction
S: {ring, cross, triangle}  # the shape
T: real                     # the thickness of the pen, in pixels
K: 1..4                     # the ink, from pale to bright
I: image(1, 24, 24)

Z -> S -> {T, K}
S <-> K
{S, T, K} -> I

mechanism Z, S, K: table(embedding=12)
mechanism T: mlp(hidden=[32, 32])  # its mean and deviation, from the shape
mechanism I: diffusion(channels=[32, 64])

# Ask within what the data show. No ring was ever drawn with T=3.5 and no cross with K=4, so no model can know
# what one looks like.
query reshape = do(S=ring)
query thicken = do(T=2.5)
query both = do(S=cross, K=3)
query had_it_been_bold = I[T=2.5] | I
