# 確率は 0 から 1 まで
Wet: binary
Wet ~ bernoulli(
  1.5   # 大きすぎる
)
