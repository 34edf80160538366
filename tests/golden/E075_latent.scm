latent Mood: binary
X, Y: binary
Mood -> {X, Y}
query q = P(Mood=1 | X=1)
