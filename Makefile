# Everything a contributor needs; only make and Python 3.11 or newer are expected.
#
#   make test    every test, the slow ones included
#   make check   lint, format, types, import direction, the examples in the documentation
#   make demo    Bar-MNIST from end to end: about 20 minutes on two cores
#   make bench   the benchmarks, one line each
#   make verify  identification held to numbers, exhaustively: about 20 minutes
#   make verify-crash  200 trainings killed, 20 on a full disk: about 10 minutes
#   make docs    rebuild the generated pages, check examples and links

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help venv test check demo bench verify verify-crash docs clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/installed

help:
	@sed -n 's/^#  *\(make .*\)/\1/p' Makefile

venv: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $(STAMP)

# One process a core, each with one thread: two that each take every core slow each other down.
test: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "" -n auto --dist worksteal

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.reference --check
	$(BIN)/python -m tools.textmate --check
	$(BIN)/python -m pytest -m "" tests/docs

demo: $(STAMP)
	PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/bar_mnist/demo.sh

bench: $(STAMP)
	$(BIN)/python benchmarks/check_cold.py
	$(BIN)/python benchmarks/sample_folder.py
	$(BIN)/python benchmarks/edit.py
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[bench]'
	$(BIN)/python benchmarks/parse.py
	$(BIN)/python benchmarks/exact.py
	$(BIN)/python benchmarks/identify.py

verify-crash: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python -m tools.crash --kills 200 --fills 20

verify: $(STAMP)
	$(BIN)/python -m tools.verify

docs: $(STAMP)
	$(BIN)/python -m tools.reference
	$(BIN)/python -m tools.textmate
	$(BIN)/python -m pytest -m "" tests/docs

clean:
	rm -rf demo runs build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
