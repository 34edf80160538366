# one of the set is in it on both sides
A, B, C: binary
{A, B} -> {B, C}
