Patients: 0..100
Share: real
Share := 1 / Patients
