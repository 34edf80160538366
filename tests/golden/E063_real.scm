Age: real
mechanism Age: table
