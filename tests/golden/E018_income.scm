Income: 0..5000000
