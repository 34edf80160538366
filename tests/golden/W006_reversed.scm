Before: {low, high}
After: {high, low}
Same: binary
Same := Before == After
