Arm: binary(2)
