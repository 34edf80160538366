Vote: {left, centre, right}
Vote ~ categorical([0.3, 0.3, 0.3])
