# Faces of celebrities: what is assumed, and how it is learned. The data are CelebA (see README.md).
#
# Age and sex act on the beard and on baldness: the diagram of Melistas et al., "Benchmarking Counterfactual
# Image Generation" (arXiv:2403.20287). Added here: grey hair, which is seen on those who have some; and a hidden
# common cause of age and sex, since they go together in these pictures, where most of the young are women, and
# neither causes the other. All are attributes of CelebA under its own names, as people have judged them by eye.

model CelebA

Young, Male, No_Beard, Bald, Gray_Hair: binary
I: image(3, 64, 64)

Young <-> Male
{Young, Male} -> {No_Beard, Bald, Gray_Hair}
Bald -> Gray_Hair
{Young, Male, No_Beard, Bald, Gray_Hair} -> I

mechanism Young, Male, No_Beard, Bald, Gray_Hair: table(embedding=16)
mechanism I: diffusion(channels=[128, 256, 384, 512])

query age = do(Young=0)
query shave = do(No_Beard=1)
query with_hair = I[Bald=0] | I
query shaven = P(No_Beard=1 | do(Male=1))
