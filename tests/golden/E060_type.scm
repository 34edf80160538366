X: binary
mechanism X: tabel
