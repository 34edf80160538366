Income: real
LogIncome: real
LogIncome := log(Income)
