X, if: binary
X -> then
