N: 0..10
Half: 0..5
Half := N / 2
