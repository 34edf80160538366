# only the cases of interest were filled in
Smoking: {never, past, current}
Cancer: binary
Cancer ~ table(Smoking) {
  (current): [0.8, 0.2]
}
