# Simpson's paradox: better for small stones, better for large stones, worse for stones.
#
# Two treatments of kidney stones, 350 patients each. Open surgery had more success with small stones and
# with large ones, and less over all, because it was given the large stones, which are harder. The size
# acts on both the treatment and the outcome, so it is a back door, and the effect is the mean over
# sizes: surgery is better. Were the size an effect of the treatment, the same table would say the reverse.
#
# C. R. Charig, D. R. Webb, S. R. Payne and J. E. A. Wickham (1986), "Comparison of treatment of renal calculi by
# open surgery, percutaneous nephrolithotomy, and extracorporeal shockwave lithotripsy", British Medical
# Journal 292; as a paradox, S. A. Julious and M. A. Mullee (1994), "Confounding and Simpson's paradox",
# British Medical Journal 309.

Size: {small, large}
Treatment: {surgery, puncture}
Success: binary

Size ~ bernoulli(343 / 700)
Treatment ~ table(Size) {
    (small): [87 / 357,  270 / 357]
    (large): [263 / 343, 80 / 343]
}
Success ~ table(Size, Treatment) {
    (small, surgery):  [6 / 87,   81 / 87]
    (small, puncture): [36 / 270, 234 / 270]
    (large, surgery):  [71 / 263, 192 / 263]
    (large, puncture): [25 / 80,  55 / 80]
}

# As counted.
assert P(Success=1 | Treatment=surgery) == 273 / 350
assert P(Success=1 | Treatment=puncture) == 289 / 350
assert P(Success=1 | Treatment=surgery, Size=small) > P(Success=1 | Treatment=puncture, Size=small)
assert P(Success=1 | Treatment=surgery, Size=large) > P(Success=1 | Treatment=puncture, Size=large)

# As caused.
assert P(Success=1 | do(Treatment=surgery)) == 0.8325 within 0.0001
assert P(Success=1 | do(Treatment=puncture)) == 0.7789 within 0.0001

assert identifiable(P(Success | do(Treatment)))
assert not independent(Treatment, Success | Size)
