# lavaan and R formulas
X, Z, Y: real
Y ~ X + Z
