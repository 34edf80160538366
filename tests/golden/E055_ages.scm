Age, Income: 0..999
Vote: {left, right}
Vote ~ table(Age, Income) { (0, 0): [0.5, 0.5] }
