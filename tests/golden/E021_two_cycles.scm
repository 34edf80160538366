Heat, Pressure, Flow, Valve: real
Heat -> Pressure -> Heat
Flow -> Valve
Valve -> Flow
