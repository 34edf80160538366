Rain, Wet: binary
Wet ~ table(Rain)
