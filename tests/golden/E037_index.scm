Code: bits(4)
Parity: binary
Parity := Code[1] xor Code[2] xor Code[3] xor Code[4]
