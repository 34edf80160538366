Treatment, Outcome: binary
Treatment -> Outcome
query effect = P(Outcome=1 | do(Treatmnt=1))
