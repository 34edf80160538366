C: {red, green}
green: binary
