Calls: 0..100
Calls ~ poisson(4)
