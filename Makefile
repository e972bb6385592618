# All commands for Foyer; `make help` lists them. `make run` and `make test` need nothing but Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PINS := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header

.PHONY: help install run demo geo test test-slow soak week fuzz check bench pictures fix pins clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.run ## make .venv with the libraries, and the folder var/ for Foyer's data
	@install -d -m 700 var

run: $(VENV)/.run ## serve; a demo while nothing is configured
	@exec $(BIN)/python run.py

demo: $(VENV)/.run ## serve the demo, whatever is configured
	@exec $(BIN)/python run.py demo

geo: $(VENV)/.run ## install or update the GeoIP database of countries (CC0, 8 MB) in DATA_DIR; downloads it with npm
	$(BIN)/python -m utilities.pageviews.geoip_install "$${DATA_DIR:-var}"

# Python may write __pycache__ here (git ignores it); otherwise every worker and every run.py compiles all modules again.
test: $(VENV)/.test ## the tests; without a service its tests are skipped, with the command that installs it
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -p tests.services_plugin -m 'not slow' -n 3 --dist worksteal $(ARGS)

test-slow: $(VENV)/.test ## the tests with many browsers, many processes or kills
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -p tests.services_plugin -m slow -n 2 --dist worksteal --timeout 180 $(ARGS)

soak: $(VENV)/.test ## a month on a clock that jumps, and a week of a screen in Chromium; fifty kills of the store of page views
	$(BIN)/python -m bench soak screen_week
	FOYER_KILLS=50 $(BIN)/python -m pytest tests/pageviews/storage/test_kills.py $(ARGS)

week: $(VENV)/.test ## a week on a clock that jumps: midnights, clock changes, restarts, an outage; compare what the wall shows
	$(BIN)/python -m bench week

fuzz: $(VENV)/.test ## test the API against its OpenAPI document with 300 requests of each kind, instead of 2
	FOYER_FUZZ=300 $(BIN)/python -m pytest tests/handlers/api/test_document.py -k schemathesis $(ARGS)

check: $(VENV)/.test ## formatter, linter, type checker, import layers, and what an old television can run
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.conventions.unique_names
	$(BIN)/python -m tests.conventions.es5
	$(BIN)/python -m tests.conventions.old_css

bench: $(VENV)/.test ## measure what bench/README.md promises
	$(BIN)/python -m bench $(ARGS)

pictures: $(VENV)/.test ## photograph the shipped boards for the README and docs, while `make demo` runs; ARGS=its address
	$(BIN)/python -m tests.rendering.walls.board_pictures $(ARGS)
	$(BIN)/python -m tests.handlers.screens.pairing_pictures $(ARGS)
	$(BIN)/python -m tests.rendering.layout.gallery

fix: $(VENV)/.test ## format, and correct what ruff can correct
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pins: $(VENV)/.test ## compile requirements*.in again; ARGS=--upgrade upgrades everything
	$(PINS) $(ARGS) requirements.in -o requirements.txt
	$(PINS) $(ARGS) requirements-dev.in -o requirements-dev.txt

clean: ## remove .venv and the caches; not var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Foyer needs Python 3.11 or newer. Name it: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo 'Python has no venv. On Debian: apt-get install python3-venv' >&2; exit 1; }

# The stamp files record which requirements are installed, so that pip runs only after a change.
$(VENV)/.run: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	$(PIP) -r requirements-dev.txt
	@touch $@
