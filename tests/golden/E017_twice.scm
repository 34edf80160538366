Stage: {early, middle, late, early}
