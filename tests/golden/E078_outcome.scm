X: binary
Grade: 1..5
X -> Grade
query q = PNS(X, Grade)
