Molecules: real
Molecules := 60221407600000000000000
