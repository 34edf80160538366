X, if: binary
X -> then
model: binary
