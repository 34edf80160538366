# Stan: the type first
real x
binary y
x -> y
