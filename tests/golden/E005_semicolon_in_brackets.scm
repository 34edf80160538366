C: {red; green}
