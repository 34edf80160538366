Children: 0..10
Children ~ normal(2, 1)
