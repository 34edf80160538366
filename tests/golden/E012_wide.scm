# 変数 の 名 は 英字 で 書く
X: binary     # 原因
{X} -> Ergebnis  # 結果
Y: binary
