# `make demo` and `make test` set everything up by themselves; they need Python 3.11+ and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PICTURED := compare news --vary exploration=0,0.05,0.1,0.2,0.4 --baseline exploration=0.2 --rounds 3000

.DEFAULT_GOAL := help
.PHONY: help demo test lint check format bench fuzz pictures dist clean

help: ## say what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "personalizer-lab needs Python 3.11 or newer, and '$(PYTHON)' is older or missing. Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "'$(PYTHON)' lacks the venv module. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (once)..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY) ## run the article's scenario on a local Personalizer
	@$(BIN)/personalizer-lab simulate news --rounds 2000 --seed 1

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile

lint: $(READY) ## format, lint, types, import layers, dead code
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/mypy benchmarks
	@$(BIN)/mypy examples
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/vulture

check: lint test ## everything a change must pass

format: $(READY) ## rewrite the sources in the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## measure speed side by side with peers; BASE=COMMIT adds an earlier commit
	@BASE=$(BASE) $(BIN)/python benchmarks/run.py $(PARTS)

fuzz: $(READY) ## try hostile inputs on everything that takes any; MINUTES=20 for a campaign
	@$(BIN)/python -m tests.fuzzing.run --minutes $(or $(MINUTES),3)

pictures: $(READY) ## draw the pictures of the README again
	@$(BIN)/personalizer-lab $(PICTURED) --out $(VENV)/pictures
	@mkdir -p docs/pictures
	@cp $(VENV)/pictures/learning.png $(VENV)/pictures/differences.png docs/pictures

dist: $(READY) ## build the wheel and the source distribution into dist/
	@rm -rf dist
	@$(BIN)/python -m build --quiet

clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
