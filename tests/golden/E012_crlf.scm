# saved on Windows
X: binary
X -> Y
