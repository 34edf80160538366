Colour: {"red", "green"}
