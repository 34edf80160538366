X:	binary
X	->	Colour
