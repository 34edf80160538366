# NumPy and TensorFlow order: height, width, channels
Photo: image(64, 64, 3)
