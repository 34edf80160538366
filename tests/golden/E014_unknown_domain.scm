X: bool
Y: bianry
