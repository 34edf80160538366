dag {
  X -> Y
  U [latent]
}
