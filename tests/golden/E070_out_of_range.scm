Digit: 0..9
Bar: binary
Digit -> Bar
query ten = P(Bar=1 | do(Digit=10))
