# Two commands: `make run` opens kmassist on the shipped corpus, `make test` runs every test. Each does all the set-up it needs.
PYTHON ?= python3
VENV ?= .venv
export HF_HUB_OFFLINE = 1
export TRANSFORMERS_OFFLINE = 1

ifeq ($(OS),Windows_NT)
BIN = $(VENV)/Scripts
else
BIN = $(VENV)/bin
endif

.PHONY: run test check bench format golden clean

run: $(VENV)/.ready
	@$(BIN)/kmassist --library .library --sample

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest

check: $(VENV)/.ready-dev
	$(BIN)/ruff format --check kmassist tests benchmarks
	$(BIN)/ruff check kmassist tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks

format: $(VENV)/.ready-dev
	$(BIN)/ruff format kmassist tests benchmarks
	$(BIN)/ruff check --fix kmassist tests benchmarks

# Writes the kept briefs anew, after a change that is meant to change what briefs say; look at the difference before committing.
golden: $(VENV)/.ready-dev
	KMASSIST_GOLDEN=write $(BIN)/python -m pytest -q tests/unit/test_brief_golden.py tests/integration/test_golden_briefs.py -k "said or reads"

# torch first and alone: a CPU build, pinned; anything else would pull several gigabytes of GPU libraries.
$(VENV)/.torch:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@touch $@

$(VENV)/.ready: requirements.txt pyproject.toml $(VENV)/.torch
	@echo "Installing pinned dependencies (first use only; a few minutes)."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .library dist build
