Color: {red, green, blue}
Color := 3
