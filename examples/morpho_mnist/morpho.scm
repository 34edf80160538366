# Handwritten digits, thick or thin, bright or dim: what is assumed, and how it is learned.
#
# The thickness T of the stroke acts on its intensity K, both are real numbers, and with the digit D they cause
# the image. It is the diagram of Pawlowski, Castro and Glocker, "Deep Structural Causal Models for Tractable
# Counterfactual Inference" (arXiv:2006.06485), with the digit beside, as in Melistas et al., "Benchmarking
# Counterfactual Image Generation" (arXiv:2403.20287). `morpho_truth.scm` is a world that this diagram describes.

model MorphoMNIST

D: 0..9  # the digit
T: real  # the mean thickness of its stroke, in pixels
K: real  # its intensity, of 255
I: image(1, 28, 28)

T -> K
{D, T, K} -> I

mechanism D: table(embedding=16)
# Each a normal distribution, its mean and deviation from the causes. In `morpho_truth.scm` neither is quite one.
mechanism T, K: mlp(hidden=[32, 32])
mechanism I: diffusion(channels=[32, 64])

query thicken = do(T=3.5)
query dim = do(K=100)
query redigit = do(D=8)
query thin_but_bright = do(T=1.8, K=220)
query had_it_been_thin = I[T=1.8] | I
