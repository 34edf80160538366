Dose: real
# the patient’s dose, in “units”
