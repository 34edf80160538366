# pasted from a word processor
X, Y: binary
X → Y
