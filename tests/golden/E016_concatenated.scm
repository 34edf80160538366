model FrontDoor
X, Z, Y: binary
X -> Z -> Y

model BackDoor
W: binary
W -> {X, Y}
