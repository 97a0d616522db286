# `make demo` shows the whole path on a real network; `make test` checks everything. Both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint lock clean

demo: .venv
	$(BIN)/stdcell demo

test: .venv lint
	$(BIN)/python -m stdcell.deploy.neo4j .neo4j
	$(BIN)/pytest -n auto --dist loadfile

lint: .venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

.venv: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	VIRTUAL_ENV=.venv $(BIN)/uv pip sync --require-hashes requirements.lock
	VIRTUAL_ENV=.venv $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch .venv

# Pins every version with its hashes and no download address.
lock:
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .neo4j
