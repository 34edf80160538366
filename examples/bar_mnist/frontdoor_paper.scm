# The front door after A. Sardesai's "Ctf-Editing using a Diffusion NCM": the baseline.
#
# Every label mechanism is a convolutional network that sees the true image in place of its parents and its
# noise, and its logits are what the generator is told. So do(D=8) never reaches the colour, and the model
# cannot be sampled without an image. Train it with the recipe `paper`, or `paper_small` on one core; it reads
# the same data as `frontdoor.scm`.

model BarMNISTFrontdoorPaper

D: 0..9
C: {red, green}
B: {absent, present}
I: image(3, 28, 28)

D -> C -> B
D <-> B
{D, C, B} -> I

mechanism D, C, B: cnn(hidden=[16, 32])
mechanism I: diffusion(channels=[128, 256, 512, 512])
