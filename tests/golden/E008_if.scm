if: binary
