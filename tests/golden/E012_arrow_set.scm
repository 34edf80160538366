Age, Sex: binary
{Age, Sex, Income} -> Vote
Vote: {left, right}
