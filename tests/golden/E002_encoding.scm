# café
X: binary
