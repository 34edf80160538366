model, data: binary
model -> data
