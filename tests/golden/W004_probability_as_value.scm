# `:=` where `~ bernoulli` was meant
X: real
X := 0.5
