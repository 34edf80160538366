Name: str
Age: int
Married: bool
Height: float
