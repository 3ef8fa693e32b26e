# make demo    a seeded county on http://127.0.0.1:8000/, from a fresh clone
# make test    every check there is, on both databases
# make help    the rest
#
# STORIES lives of a case are told under each book: all of them on SQLite, a tenth again on PostgreSQL.

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
STORIES ?= 200
PYTEST := $(BIN)/pytest -q -n $(WORKERS) --dist worksteal

CATALOGUES := $(wildcard huiyin/*/locale/*/LC_MESSAGES/django.po)
BOOKS := $(basename $(notdir $(wildcard huiyin/procedure/books/*.toml)))
SCRIPTS := $(wildcard huiyin/portal/static_src/*/*.js)
MADE := .venv/installed .venv/assets .venv/catalogues

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup system demo test lint test-sqlite test-postgres format messages map books openapi fuzz lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */\1\t/' | expand -t 16

demo: setup  ## a seeded county in the foreground (HUIYIN_PORT to move it, Ctrl-C ends it)
	@$(BIN)/huiyin demo

test: setup system lint test-sqlite test-postgres  ## everything

setup: $(MADE)  ## the virtual environment, scripts for the browser, compiled catalogues

system:  ## what only tests need and only Debian packages bring: browser, Chinese font, Go
	@$(PYTHON) tools/setup.py system

lint: setup  ## format, ruff, mypy --strict, import-linter, catalogues, map
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py check
	$(BIN)/python tools/map.py --check

test-sqlite: setup  ## all tests, browser included, on SQLite
	STORIES=$(STORIES) $(PYTEST)

test-postgres: setup  ## the same tests on a throw-away PostgreSQL (the browser walks once, on SQLite)
	STORIES=$$(($(STORIES) / 10)) $(BIN)/python tests/postgres.py --fast $(PYTEST) -m "not browser" --ignore=tests/house

format: setup  ## write code in the house's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

messages: setup  ## bring every catalogue up to date with code and templates
	$(BIN)/python tools/messages.py update

map: setup  ## draw docs/map.svg from the imports
	$(BIN)/python tools/map.py

books: setup  ## draw docs/procedure/*.svg from the books
	@for book in $(BOOKS); do $(BIN)/huiyin procedure show $$book --format svg > docs/procedure/$$book.svg; done

fuzz: setup  ## requests of every shape against the interface for other programs, for minutes
	FUZZ=200 $(BIN)/pytest -q -n 0 tests/api/test_fuzz.py

openapi: setup  ## write docs/api-v1.json from the types of the interface
	$(BIN)/python tools/openapi.py

lock: setup  ## renew the pinned versions (then read the diff)
	$(BIN)/uv pip compile pyproject.toml --group test --group build --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --upgrade --quiet -o requirements.lock
	echo uv | $(BIN)/uv pip compile - --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --upgrade --quiet --no-header -o tools/uv.txt

clean:  ## forget everything that was made (HUIYIN_DATA stays)
	rm -rf .venv build dist huiyin/look/static/look/vendor .mypy_cache .ruff_cache .pytest_cache
	find huiyin -name '*.mo' -delete

.venv/installed: requirements.lock pyproject.toml tools/setup.py tools/uv.txt
	@$(PYTHON) tools/setup.py

.venv/assets: .venv/installed tools/assets.py $(wildcard package*.json) $(SCRIPTS)
	@$(BIN)/python tools/assets.py
	@touch $@

.venv/catalogues: .venv/installed $(CATALOGUES)
	@$(BIN)/python tools/messages.py compile
	@touch $@
