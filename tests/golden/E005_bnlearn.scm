[A][S][T|A][L|S]
