A, B, C: binary
{A, B} -> C
monotone {A, B} -> C
monotone C <- B  # the same arrow
