# Two commands: `make run` serves with the shipped policies, `make test` runs every check.
# Both set up everything they need in .venv and ask for nothing but Python 3.11 or later.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install -q --disable-pip-version-check
DATA ?= var
# The tests wait for processes and disks half of their time.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(3 * (os.cpu_count() or 1) // 2)')

# Compiled modules are kept, also where the machine says not to: hundreds of processes start here.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test lint types arrows tests bench wheel vscode format lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

run: .venv/runtime ## set up, prepare a database and keys in var/, and serve on http://127.0.0.1:8000
	@ASSENT_DATA_DIRECTORY=$(DATA) $(BIN)/assent init
	@echo && echo "starting it here; Ctrl-C stops it, and another terminal is for the requests above"
	@ASSENT_DATA_DIRECTORY=$(DATA) exec $(BIN)/assent serve

test: .venv/ready ## set up and run every check: lint, types, architecture, tests
	@$(MAKE) --no-print-directory -j 3 lint types arrows
	@$(MAKE) --no-print-directory tests

lint: .venv/ready ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready ## static types, strictly
	$(BIN)/mypy

arrows: .venv/ready ## which floor may import which
	$(BIN)/lint-imports

tests: .venv/ready ## the tests, with branch coverage
	$(BIN)/python -m compileall -q engine api
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report= --durations=30
	$(BIN)/coverage report --include='engine/*' --fail-under=99
	$(BIN)/coverage report --include='api/*' --fail-under=98

bench: .venv/ready ## time what is to be fast, beside its goals and what peers are installed
	$(BIN)/python -m benchmarks

wheel: .venv/ready ## build the wheel into dist/
	$(BIN)/hatchling build -t wheel

vscode: .venv/ready ## build the extension for VS Code into dist/
	PYTHONPATH=. $(BIN)/python editors/vscode/build.py dist

format: .venv/ready ## reformat the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/ready ## renew the hash-locked requirements
	$(BIN)/uv pip compile -q --no-strip-extras --universal --python-version 3.11 --generate-hashes --group dev pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile -q --no-strip-extras --universal --python-version 3.11 --generate-hashes --extra postgresql pyproject.toml -c requirements/dev.txt -o requirements/runtime.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --group build -c requirements/dev.txt -o requirements/build.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --group tests -c requirements/dev.txt -o requirements/tests.txt

clean: ## remove everything that make has made
	rm -rf .venv dist build var .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# uv fetches all at once. Where it cannot, as with an index that only pip is told of, pip does.
INSTALL = $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $< \
	|| { echo "without uv: in some minutes, by pip …"; $(PIP) --require-hashes -r $<; }

.venv/runtime: requirements/runtime.txt requirements/build.txt pyproject.toml
	@echo "Setting up .venv with $$($(PYTHON) --version): a quarter of a minute, and 150 MB …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Assent needs Python 3.11 or later; name one with PYTHON=…")'
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(INSTALL)
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready: requirements/dev.txt .venv/runtime
	@echo "Adding what the tests need: about half a minute, and a gigabyte …"
	@$(INSTALL)
	@touch $@
