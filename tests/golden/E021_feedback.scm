# a labour market
Wage, Employment, Output: real
Wage -> Employment -> Output -> Wage
