# Everything a person does with Foyer. `make run` and `make test` need nothing but Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PINS := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header

.PHONY: run demo geo test soak fuzz check bench fix pins clean

run: $(VENV)/.run ## serve; a demo when nothing is configured
	@exec $(BIN)/python run.py

demo: $(VENV)/.run ## the living wall on the pretend internet, whatever is configured
	@exec $(BIN)/python run.py demo

geo: $(VENV)/.run ## install or renew the database of countries (CC0) in DATA_DIR, 8 MB; asks npm where
	$(BIN)/python -m utilities.pageviews.geoip_install "$${DATA_DIR:-var}"

# What is compiled is kept (in __pycache__, which git ignores), or every worker and every run.py compiles all of it anew.
test: $(VENV)/.test ## all tests; a missing service skips its tests and says what to install
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -p tests.services_plugin -n 4 --dist worksteal $(ARGS)

soak: $(VENV)/.test ## kill what keeps the page views fifty times, instead of five
	FOYER_KILLS=50 $(BIN)/python -m pytest tests/pageviews/storage/test_kills.py $(ARGS)

fuzz: $(VENV)/.test ## hold the API against its document with 300 requests of each kind, instead of 2
	FOYER_FUZZ=300 $(BIN)/python -m pytest tests/handlers/api/test_document.py -k schemathesis $(ARGS)

check: $(VENV)/.test ## format, lint, types, floors, and what an old television understands
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.conventions.es5 static/wall.js static/a.js static/a.readable.js
	$(BIN)/python -m tests.conventions.old_css static/wall.css static/fonts/inter.css $(wildcard static/views/*.css)

bench: $(VENV)/.test ## what bench/README.md states, measured again
	$(BIN)/python -m bench $(ARGS)

fix: $(VENV)/.test ## format, and mend what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pins: $(VENV)/.test ## compile requirements*.in anew; add ARGS=--upgrade to move everything
	$(PINS) $(ARGS) requirements.in -o requirements.txt
	$(PINS) $(ARGS) requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Foyer needs Python 3.11 or newer. Name it: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo 'Python has no venv. On Debian: apt-get install python3-venv' >&2; exit 1; }

# The stamps say which requirements are installed, so that nothing is asked of an index when nothing has changed.
$(VENV)/.run: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	$(PIP) -r requirements-dev.txt
	@touch $@
