State: bits(64)
