U: real
U ~ uniform(1, 0)
