A, B: real
A -> B
mechanism A: table
mechanism B: table(embedding=4)
