X: binary
X -> 結果
