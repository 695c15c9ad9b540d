# Every task of the house; `make help` lists them. Needs make, Python 3.11+ and nothing else to start with.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# Without its bytecode every process of the house would compile the house anew; the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= $(or $(HANDBOOK_PORT),8000)
# Test processes: one more than the cores of a small machine, because much of a story in a browser is waiting; see conftest.py.
WORKERS ?= 3
PYTEST_ARGS ?=
# What the long benchmarks measure, such as --sizes 10000 150000; --help of each tells.
BENCH_ARGS ?=
# Which faults; without a name all of them.
FAULTS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# What comes as source is built with the locked setuptools, not with whatever is newest today.
INSTALL := $(PIP) install --require-hashes --no-build-isolation --use-pep517
PWA := backend/handbook/static/pwa/index.html
MODULES := pwa/node_modules/.ready
PWA_SOURCES := $(shell find pwa backend/handbook/meetings/agenda_templates.json backend/handbook/meetings/kind_words.json backend/handbook/minutes/script.json -path pwa/node_modules -prune -o -path pwa/tests -prune -o -type f -print 2>/dev/null)

.PHONY: help build run test check bench bench-growth bench-province bench-reminders faults openapi demo screens lock format clean distclean system-for-tests

help: ## list every task
	@echo "Sổ tay: the tasks of the house"
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  PORT=8123 make run          another port"
	@echo "  PYTEST_ARGS='-k import'     only some tests"

run: $(VENV)/.runtime $(PWA) ## everything from nothing to http://localhost:8000, with demo data and three logins
	@HANDBOOK_PORT=$(PORT) exec $(BIN)/python scripts/run.py

build: $(VENV)/.runtime $(PWA) ## environment and PWA, ready to serve; starts nothing

test: $(VENV)/.runtime $(VENV)/.test $(MODULES) $(PWA) system-for-tests ## install what the tests need and run all of them
	@echo "== PWA: Vitest"
	cd pwa && ../scripts/with-node npm test
	@echo "== everything else: pytest"
	$(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(PYTEST_ARGS)

check: $(VENV)/.runtime $(VENV)/.test $(VENV)/.dev $(MODULES) $(PWA) ## style, types, layers, contract, sizes: what CI asks before the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.check_tree
	$(BIN)/handbook openapi --check
	cd pwa && ../scripts/with-node npm run check
	cd pwa && ../scripts/with-node npm run size

bench: $(VENV)/.runtime $(VENV)/.test $(PWA) system-for-tests ## measure; prints the target table, writes build/bench/results.json and .md
	$(BIN)/python -m tests.bench

bench-growth: $(VENV)/.runtime $(VENV)/.test $(PWA) system-for-tests ## each hot call from 10 thousand to 5.6 million members (an hour the first time)
	$(BIN)/python -m tests.bench.growth $(BENCH_ARGS)
	$(BIN)/python -m tests.bench table

bench-province: $(VENV)/.runtime $(VENV)/.test $(PWA) system-for-tests ## the evening of a province in real time (20 minutes)
	$(BIN)/python -m tests.bench.province $(BENCH_ARGS)
	$(BIN)/python -m tests.bench table

bench-reminders: $(VENV)/.runtime $(VENV)/.test $(PWA) system-for-tests ## 100,000 reminders through faults and killed workers
	$(BIN)/python -m tests.bench.reminders $(BENCH_ARGS)

faults: $(VENV)/.runtime $(VENV)/.test $(PWA) system-for-tests ## kill, stop, fill and cut (half an hour); FAULTS='web power' some; build/faults/
	$(BIN)/python -m tests.faults $(FAULTS)

openapi: $(VENV)/.runtime $(MODULES) ## write openapi.json and the PWA's types from it
	$(BIN)/handbook openapi
	cd pwa && ../scripts/with-node npm run types

demo: $(VENV)/.runtime ## migrate, and load the demo into an empty database
	$(BIN)/handbook migrate
	$(BIN)/handbook demo

screens: $(VENV)/.runtime $(VENV)/.test $(PWA) system-for-tests ## pictures of every screen under build/screens/
	TEST_PICTURES=1 $(BIN)/pytest tests/browser $(PYTEST_ARGS)
	@find build/screens -name '*.png' | sort

format: $(VENV)/.dev ## put the Python code into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## lock requirements/*.in again, with hashes and without addresses
	cd requirements && for name in build runtime test dev node; do \
	  ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate $(LOCK_ARGS) $$name.in -o $$name.txt; done

clean: ## remove what was built and measured; keeps the environment and the data in var/
	rm -rf build dist backend/handbook/static/pwa backend/*.egg-info pwa/dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find backend tests scripts -type d -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## also remove the environment and node_modules
	rm -rf $(VENV) pwa/node_modules

# --- what the tasks stand on: each stamp lies in the thing it speaks of -------------------------------

$(VENV)/.made: scripts/make-venv
	scripts/make-venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml $(VENV)/.made
	@echo "== installing what the program needs"
	$(INSTALL) -r requirements/build.txt
	$(INSTALL) -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.runtime
	@echo "== installing what the tests need"
	$(INSTALL) -r requirements/test.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "== installing what the checks need"
	$(INSTALL) -r requirements/dev.txt
	@touch $@

$(MODULES): pwa/package.json pwa/package-lock.json | $(VENV)/.made
	@echo "== installing what the PWA is built with"
	cd pwa && ../scripts/with-node npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PWA): $(PWA_SOURCES) | $(MODULES)
	@echo "== building the PWA"
	cd pwa && ../scripts/with-node npm run build
	@touch $@

system-for-tests:
	@scripts/system-for-tests
