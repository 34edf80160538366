Risk: {low, medium, high}
Quality: {high, low}
Score: 0..9
Score := if Risk == low then high else 0
