Code: bits(4)
Which: 0..3
Bit: binary
Bit := Code[Which]
