# Street Warden. `make run` starts the demo, `make test` passes every test; both set up what they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WEB    := service/web
STAMPS := .make
HOST   ?= 127.0.0.1
PORT   ?= 8000
DATA   ?= data/demo
# The office's tests that ask the database most; all of tests/service runs on it too.
ON_POSTGRESQL := tests/service/retention $(patsubst %,tests/service/test_%.py,anchors bootstrap violations photos photo_problems sessions users events joining)

.PHONY: help run test lint lint-console bench bench-office model-report setup setup-dev setup-train console types screenshots clean check-python check-node

help:  ## say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv is missing: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }

check-node:
	@command -v node >/dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || \
	  { echo "Node.js 20 or newer is needed to build the console: https://nodejs.org" >&2; exit 1; }
	@command -v npm >/dev/null || { echo "npm is needed to build the console; it comes with Node.js" >&2; exit 1; }

$(STAMPS)/venv: | check-python
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/serve: pyproject.toml $(STAMPS)/venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(STAMPS)/dev: pyproject.toml $(STAMPS)/serve
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(STAMPS)/train: pyproject.toml $(STAMPS)/dev
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev,train]'
	@touch $@

$(STAMPS)/bench: pyproject.toml $(STAMPS)/train
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev,train,bench,cluster]'
	@touch $@

$(STAMPS)/node: $(WEB)/package-lock.json | check-node
	cd $(WEB) && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(STAMPS) && touch $@

WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public -type f 2>/dev/null) $(wildcard $(WEB)/*.ts $(WEB)/*.json $(WEB)/index.html)

$(WEB)/dist/index.html: $(STAMPS)/node $(WEB_SOURCES)
	cd $(WEB) && npm run build
	@touch $@

setup: $(STAMPS)/serve  ## install what serving needs into .venv
setup-dev: $(STAMPS)/dev  ## the same and what tests and checks need
setup-train: $(STAMPS)/train  ## the same and torch and ultralytics (about 6 GB)
console: $(WEB)/dist/index.html  ## build the console

run: setup console  ## start the demo on http://127.0.0.1:8000
	@$(BIN)/streetwarden demo --host $(HOST) --port $(PORT) --data $(DATA)

test: setup-train console  ## run every test
	cd $(WEB) && npm test && npm run size
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	STREETWARDEN_TEST_DATABASE=postgresql $(BIN)/coverage run -m pytest -q $(ON_POSTGRESQL)
	@$(BIN)/coverage combine --quiet && $(BIN)/coverage report | tail -n 40

lint-console: $(STAMPS)/node
	cd $(WEB) && npm run lint

lint: setup-train lint-console  ## ruff, strict mypy, TypeScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy train.py benchmarks

bench: $(STAMPS)/bench  ## beside ultralytics, supervision and sahi: print one table (BENCH="--quick --write")
	$(BIN)/python -m benchmarks $(BENCH)

bench-office: setup-dev console  ## print list times of a large office and the console's size
	$(BIN)/python -m benchmarks.cases
	cd $(WEB) && npm run size

model-report: setup-train  ## measure the registered model and write models/MODEL_CARD.md (needs ../shared/data)
	$(BIN)/python -m benchmarks.model_report

screenshots: setup-dev console  ## take docs/screenshots anew from the demo (needs chromium)
	$(BIN)/python -m tests.browser.screenshots

clean:  ## remove everything that was built
	rm -rf $(VENV) $(STAMPS) $(WEB)/node_modules $(WEB)/dist build dist *.egg-info
