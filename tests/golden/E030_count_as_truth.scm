# Python takes any number as true or false
Visits: 0..20
Sick: binary
Sick := Visits and true
