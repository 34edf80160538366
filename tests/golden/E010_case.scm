# Names are case-sensitive; R users often write them either way.
model Smoking
smoking, tar, cancer: binary
smoking -> tar -> Cancer
