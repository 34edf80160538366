# R's data$column
age: real
df$age -> BMI
