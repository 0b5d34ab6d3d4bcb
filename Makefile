# Myelin. `make run` and `make test` are all that a fresh machine needs.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
UV_VERSION := 0.13.9
PY := .venv/bin/python

export DEBUG ?= 1
export DEMO ?= 1
export PYTHONDONTWRITEBYTECODE ?= 1
# Clinics often stand behind a proxy with a certificate of their own: trust what the machine trusts.
export UV_SYSTEM_CERTS ?= 1
unexport VIRTUAL_ENV

.PHONY: help run test install install-dev check format bench browsers

help:
	@echo "make run       start Myelin with demonstration people on http://127.0.0.1:$(PORT)"
	@echo "make test      run every test"
	@echo "make install   make the virtual environment .venv"
	@echo "make check     lint, types, deployment check, migrations, content"
	@echo "make bench     measure; every figure in the README comes from here"
	@echo "make browsers  install Debian's Chromium for the browser tests"

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Myelin needs Python 3.11 or newer; set PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Python's venv module is missing; on Debian: apt install python3-venv."; exit 1; }
	.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

install: .venv/bin/uv
	@.venv/bin/uv sync --locked --inexact --no-dev --quiet --python .venv/bin/python

install-dev: .venv/bin/uv
	@.venv/bin/uv sync --locked --inexact --quiet --python .venv/bin/python

run: install
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py content load shipped --keep
	@$(PY) manage.py demo
	@$(PY) manage.py runserver --noreload "127.0.0.1:$(PORT)"

test: install-dev
	$(PY) -m pytest -n 2 $(TESTS)

format: install-dev
	$(PY) -m ruff check --fix --quiet .
	$(PY) -m ruff format --quiet .
	.venv/bin/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

check: install-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	.venv/bin/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	DEBUG=0 ALLOWED_HOSTS=myelin.example SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	  $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py content check shipped

bench: install-dev
	$(PY) -m tests.bench

browsers:
	apt-get update --quiet
	apt-get install --yes --no-install-recommends chromium fonts-liberation
