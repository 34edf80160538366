Arm: {placebo, drug}
Outcome: {dead, alive}
Good: binary
Good := Arm == Outcome
