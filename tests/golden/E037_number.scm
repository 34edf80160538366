Count: 0..7
Bit: binary
Bit := Count[0]
