# Python's spelling of truth values
X, Y: binary
Y := if X then True else False
