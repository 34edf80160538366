# R's 5:1 counts down
Likert: 5..1
