# pasted together from two files
Age: 20..80
BMI: real
Age -> BMI
Age: real
Smoking: binary
Age -> Smoking
