D, C: 0..9
I: image(3, 8, 8)
{D, C} -> I
query q = I[D=3] | I, C=2
