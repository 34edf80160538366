#!/usr/bin/env bash
# Bar-MNIST from end to end: check, compile, sample, train, edit, evaluate. Everything goes to demo/, and for
# DOOR=backdoor to demo/backdoor/.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=examples/bar_mnist
images=${IMAGES:-20000}
recipe=${RECIPE:-cpu}
door=${DOOR:-frontdoor}
out=demo
if [ "$door" != frontdoor ]; then out=demo/$door; fi

scmlang check "$here"/"$door".scm "$here"/"${door}_truth".scm
scmlang compile "$here"/"$door".scm
scmlang sample "$here"/"${door}_truth".scm -n "$images" --seed 0 -o "$out"/data --force
scmlang train "$here"/"$door".scm --data "$out"/data --recipe "$recipe" \
    --set diffusion.guidance.D=2 --runs "$out"/runs "$@"
scmlang query "do(C=1)" --runs "$out"/runs --out "$out"/do_C_1.png
scmlang query "do(D=8)" --runs "$out"/runs --out "$out"/do_D_8.png
scmlang evaluate --truth "$here"/"${door}_truth".scm --runs "$out"/runs --out "$out"/report -n 1000 \
    --do "do(C=red)" --do "do(C=green)" --do "do(D=8)" --do "do(B=absent)" --do "do(B=present)"

echo
echo "Edited pictures: $out/do_C_1.png, $out/do_D_8.png"
echo "Report:          $out/report/report.html"
