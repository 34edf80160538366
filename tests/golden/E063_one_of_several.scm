Age: real
Sex: binary
{Sex} -> Age
mechanism Sex, Age: table(embedding=8)
