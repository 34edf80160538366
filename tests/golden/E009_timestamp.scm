# nanoseconds
Time: real
Time := 1732435200000000000
