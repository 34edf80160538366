Dose: 0..3
Response: 0..5
Response := 2 * Dose
