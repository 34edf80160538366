Color, Bar: binary
Colour -> Bar
exogenous U ~ bernoulli(0.5)
X: 0..9
X := if Color == 1 then u else 3
Y: {red, green}
Y := gren
Z: binary
Z := later > 1
let first = later + 1
let later = X
