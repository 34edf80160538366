X: binary
X -> 🎉
