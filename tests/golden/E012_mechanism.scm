X: 0..9
mechanism Image: table
