Exposure: binary
Outcome: binary
Exposure -> Outcom