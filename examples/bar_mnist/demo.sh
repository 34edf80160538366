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
scmlang train "$here"/frontdoor.scm --data demo/data --recipe "$recipe" --runs demo/runs "$@"
scmlang query "do(C=1)" --runs demo/runs --out demo/do_C_1.png
scmlang query "do(D=8)" --runs demo/runs --out demo/do_D_8.png
scmlang evaluate --truth "$here"/frontdoor_truth.scm --runs demo/runs --out demo/report

echo
echo "Edited pictures: demo/do_C_1.png, demo/do_D_8.png"
echo "Report:          demo/report/report.html"
