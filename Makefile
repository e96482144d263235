# Everything happens inside this checkout: .venv/ holds what is installed, build/ what
# is made. Nothing here calls a system package manager; .ci/run does.

# The first of these that runs and is new enough; or say make PYTHON=/path/to/python.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
BIN := .venv/bin
RUN := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo test check static format lint types imports vectors docs pages bench faults flips sample clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

demo: .venv/installed  ## one whole draw on fictional lists, from import to published and checked
	$(RUN) tools/demo.py build/demo

test: .venv/installed  ## all tests
	$(RUN) -m pytest -n auto

check: static test  ## format, lint, types, import rules, vectors, docs, then all tests

static: format lint types imports vectors docs

format lint types imports vectors docs: .venv/checkers
format:
	$(RUN) -m ruff format --check
lint:
	$(RUN) -m ruff check
types:
	$(RUN) -m mypy
imports:
	$(BIN)/lint-imports
vectors:
	$(call each,$(wildcard tests/vectors/generate*.py))
docs:
	$(call each,$(wildcard tools/*_reference.py tools/*_table.py))

# Each generator compares what it would write with what stands there.
each = @set -e; for script in $(1); do echo "$$script --check"; $(RUN) $$script --check; done

bench: .venv/checkers  ## ratios against other programs, in one run, 10-15 minutes; writes build/bench.json and README's table
	$(RUN) -m bench

faults: .venv/installed  ## kill writers and servers, let disks fail: nothing may be lost; SEED=… repeats a run
	$(RUN) -m tests.faults $(SEED)

flips: .venv/installed  ## flip bytes of an office's database: each must be found; EVERY=1 does all, at some 10 ms each
	$(RUN) -m tests.flips $(EVERY) $(PART)

pages: .venv/installed build/node/node_modules  ## every type of page in three languages through Nu and html-validate; needs npm and java
	$(RUN) -m tests.pages build/pages
	java -jar build/node/node_modules/vnu-jar/build/dist/vnu.jar --errors-only --skip-non-html build/pages
	cd build/node && node_modules/.bin/html-validate --ext html ../pages

build/node/node_modules:
	npm install --prefix build/node --no-save --no-fund --no-audit --silent --fetch-retries=0 --fetch-timeout=30000 html-validate@9.7.1 vnu-jar@26.9.27 || { rm -rf $@; exit 1; }

sample: .venv/installed  ## fictional lists to practise with, in build/sample/
	$(RUN) tools/sample.py build/sample

clean:  ## remove what was made, .venv included
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are older than pyproject.toml when what has to be installed changed.
.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	@touch $@

.venv/checkers: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test,check,bench]"
	@touch $@

.venv/bin/python:
	@for python in $(PYTHON); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		$$python -m venv .venv && exit 0; \
		rm -rf .venv; \
		echo "make: $$python cannot make a virtual environment; on Debian and Ubuntu install python3-venv" >&2; \
		exit 1; \
	done; \
	echo "make: needs Python 3.11 or newer; none of these is: $(PYTHON). Say make PYTHON=/path/to/python" >&2; \
	exit 1
