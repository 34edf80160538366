# café, naïve
Drink: {tea, coffee}  # café
coffee: binary
