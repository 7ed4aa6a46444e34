# Everything a newcomer or CI runs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
DEMO := demo

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test lint check format translations bench wheel clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 1; }
	@echo "Setting up the environment in $(VENV) (a minute or two the first time) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	@echo "Adding what the tests and checks need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/ready ## Set everything up, run a whole selection on invented data, serve it (PORT=8000)
	@$(BIN)/python -m recruit.demo --folder $(DEMO) --port $(PORT)

demo-reset: $(VENV)/ready ## The same from the beginning: the demo's data is made anew
	@$(BIN)/python -m recruit.demo --folder $(DEMO) --port $(PORT) --reset

test: $(VENV)/ready-dev ## Run every test: SQLite, PostgreSQL, a real browser
	@tests/with-postgres $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/ready-dev ## Lint, format, types: what no test looks at
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint ## Lint, types, import directions, translations, migrations
	@tests/with-postgres $(BIN)/python -m pytest -q tests/test_architecture.py tests/test_translations.py tests/test_migrations.py

format: $(VENV)/ready-dev ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations: $(VENV)/ready-dev ## Collect the texts, bring the catalogues up to date, compile them
	$(BIN)/python -m tests.translations

bench: $(VENV)/ready-dev ## Measure: ranking against NumPy, spreadsheets, pages, submissions, monitoring
	$(BIN)/python -m tests.bench

wheel: $(VENV)/ready-dev ## Build the package
	$(BIN)/python -m build --wheel --outdir dist .

clean: ## Remove the environment and what was built (the demo's data stays)
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
