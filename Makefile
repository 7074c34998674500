PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PARSER := tests/contract/asyncapi_parser
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
.DEFAULT_GOAL := help

.PHONY: help demo serve test check bench faults lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# pip checks every hash; --no-deps, because the lock files are complete.
$(VENV)/.runtime: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(PARSER)/package-lock.json $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@mkdir -p $(VENV)/node && cp $(PARSER)/package.json $(PARSER)/package-lock.json $(VENV)/node
	@$(NPM) ci --prefix $(VENV)/node --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

demo: $(VENV)/.runtime ## Set up, then take documents of every kind from command to subscriber
	@$(BIN)/adisteme demo

serve: $(VENV)/.runtime ## Set up, then keep a node running on http://127.0.0.1:8000
	@$(BIN)/adisteme serve

test: check ## Set up and run everything that CI runs

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not faults and not benchmark"

faults: $(VENV)/.dev ## The long storms: kills and outages under load
	$(BIN)/python -m pytest -m faults -s

bench: $(VENV)/.dev ## Print the ratios of tests/benchmarks and write bench.json
	$(BIN)/python -m tests.benchmarks

lock: $(VENV)/.dev ## Pin every dependency again, with hashes and without addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml requirements-build.in -o requirements-dev.lock
	cd $(PARSER) && $(NPM) update --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null

clean: ## Remove what was set up and the demo's data
	rm -rf $(VENV) var bench.json
