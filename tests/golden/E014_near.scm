X, Z: binry
Y: reel
{X, Z} -> Y
