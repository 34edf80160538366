# `high` is a level of Dose, not of Risk
Dose: {low, high}
Risk: {small, large}
Alarm: binary
Alarm := Risk == high
