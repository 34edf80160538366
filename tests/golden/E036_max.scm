X: 0..9
let a = max(X, 1, 2, 3, 4, 5, 6, 7, 8, 9)
let b = max(a, a, a, a, a, a, a, a, a, a)
let c = max(b, b, b, b, b, b, b, b, b, b)
let d = max(c, c, c, c, c, c, c, c, c, c)
Y: 0..9
Y := d
