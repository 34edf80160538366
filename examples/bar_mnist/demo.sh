#!/usr/bin/env bash
# Bar-MNIST from end to end: check, compile, sample, train, edit, evaluate. Everything goes to demo/.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=examples/bar_mnist
images=${IMAGES:-20000}
recipe=${RECIPE:-cpu}

scmlang check "$here"/frontdoor.scm "$here"/frontdoor_truth.scm
scmlang compile "$here"/frontdoor.scm
scmlang sample "$here"/frontdoor_truth.scm -n "$images" --seed 0 -o demo/data --force
scmlang train "$here"/frontdoor.scm --data demo/data --recipe "$recipe" \
    --set diffusion.guidance.D=2 --runs demo/runs "$@"
scmlang query "do(C=1)" --runs demo/runs --out demo/do_C_1.png
scmlang query "do(D=8)" --runs demo/runs --out demo/do_D_8.png
scmlang evaluate --truth "$here"/frontdoor_truth.scm --runs demo/runs --out demo/report -n 1000 \
    --do "do(C=red)" --do "do(C=green)" --do "do(D=8)" --do "do(B=absent)" --do "do(B=present)"

echo
echo "Edited pictures: demo/do_C_1.png, demo/do_D_8.png"
echo "Report:          demo/report/report.html"
