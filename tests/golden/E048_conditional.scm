Arm: {placebo, drug}
Outcome: {worse, same, better}
Outcome ~ categorical([if Arm == drug then 0.1 else 0.3, 0.4, if Arm == drug then 0.6 else 0.3])
