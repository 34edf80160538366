Age: 0..99
Adult: binary
Adult := 18 <= Age < 65
