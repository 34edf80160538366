A: {low, high}
B: {off, low}
X: binary
X := A + B == low
Y: binary
Y := A == low
