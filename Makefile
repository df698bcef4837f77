# `make` prints the targets. Every target makes the environment it needs, in .venv/ of this folder. Outside of it only
# caches (pip's, the Hub's and tune's own, below ~/.cache) and temporary files are written.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
RECIPE ?= recipes/support-bot.yaml
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# A test that hangs ends the tests, and shows where it stood; $(1) in seconds.
ends_within = -o faulthandler_timeout=$(1) -o faulthandler_exit_on_timeout=true

.PHONY: help tune check plan data test test-slow test-long lint pocket docs clean

help: ## print the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18
	@echo "Options: RECIPE=recipes/support-bot.yaml ARGS=\"--set train.seed=3\""

tune: $(VENV)/installed ## carry RECIPE out: data, training, evaluation, export, card
	@$(BIN)/tune run $(RECIPE) $(ARGS)

check: $(VENV)/installed ## find mistakes in RECIPE in seconds
	@$(BIN)/tune check $(RECIPE) $(ARGS)

plan: $(VENV)/installed ## what RECIPE needs on this device
	@$(BIN)/tune plan $(RECIPE) $(ARGS)

data: $(VENV)/installed ## show the tokens of RECIPE and which carry loss
	@$(BIN)/tune data $(RECIPE) $(ARGS)

test: $(VENV)/tested ## the fast tests, some minutes
	@$(BIN)/python -m pytest -m "not slow and not long" $(call ends_within,300) $(ARGS)

test-slow: $(VENV)/tested ## the slow tests: whole runs, real kills
	@$(BIN)/python -m pytest -m slow $(call ends_within,1200) $(ARGS)

test-long: $(VENV)/tested ## the long tests: before a release
	@$(BIN)/python -m pytest -m long $(ARGS)

lint: $(VENV)/tested ## style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

pocket: $(VENV)/tested ## write the corpus of the embedded base, and train it from scratch (under an hour on 2 cores)
	@$(BIN)/python -m scripts.pocket $(ARGS)

docs: $(VENV)/tested ## write the generated pages: of the recipe and the recipes, the figures in README.md
	@$(BIN)/python -m scripts.docs $(ARGS)

clean: ## remove the environment and caches; runs/ stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/pip:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. Install Python 3.11 or newer, with venv (Debian: apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: 3.11 or newer is needed. Name another with make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/pip pyproject.toml constraints.txt
	@echo "installing tune and its pinned libraries into $(VENV)/ (some minutes the first time)" >&2
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	@$(INSTALL) --editable ".[dev]"
	@touch $@
