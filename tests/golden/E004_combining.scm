X: binary
# the é is an e with a combining accent
café: binary
