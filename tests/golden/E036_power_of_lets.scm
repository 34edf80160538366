# Horner's rule with the same argument in full at every step
X: real
let x = X * X + X + 1
let y = x * x * x * x
let z = y * y * y * y
let w = z * z * z * z
let v = w * w * w * w
let u = v * v * v * v * v * v
Y: real
Y := u
