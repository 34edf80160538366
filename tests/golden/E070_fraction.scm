Age: 18..99
Vote: binary
Age -> Vote
query middle = P(Vote=1 | Age=18.5)
