X, Y: binary
latent Mood: binary
X -> {Mood, Y}
