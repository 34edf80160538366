X, Y: binary
	X	->	Y	# down
	Y	->	X	# and up
