latent T := 1
