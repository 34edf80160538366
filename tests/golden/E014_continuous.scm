A: continuous
B: gaussian
A -> B
