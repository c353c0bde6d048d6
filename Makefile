# Forward Pass: every command that you need. `make help` lists them.

# An active conda environment is used as it is; otherwise everything goes into .venv.
ifdef CONDA_PREFIX
ENVIRONMENT := $(CONDA_PREFIX)
else
ENVIRONMENT := .venv
endif
BIN := $(ENVIRONMENT)/bin
READY := $(ENVIRONMENT)/.forwardpass-ready
PYTHON ?= $(shell command -v python3.11 || command -v python3)
# The tensorflow of this machine: requirements-gpu.lock where there is an NVIDIA card.
LOCK ?= requirements-cpu.lock
PIP := $(BIN)/python -m pip
# What pip says, hundreds of lines, is shown where it fails.
LOG := $(ENVIRONMENT)/forwardpass-setup.log
SHOW_LOG = { cat $(LOG); echo "make: pip failed, with the lines above (kept in $(LOG))" >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help setup sandbox demo test test-tools test-course lab mark build check run lint lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything, once (afterwards .venv/bin/autograder runs)

sandbox: ## Install what grading locks learners' code into (Linux; asks for root's rights)
	tools/install_sandbox.sh

demo: $(READY) ## Build the course, grade a sample class of week 5, write feedback and a class report
	$(BIN)/python -m autograder.demo

# The check of a week tries hundreds of mutants: here five of each exercise.
test: MUTANTS = 5
test: test-tools test-course ## Run all tests, with a sample of mutants

test-tools: $(READY) ## Run the tests of forwardpass/, autograder/ and the project's files
	$(BIN)/python -m pytest -n auto --dist worksteal --ignore=tests/course

# Each of these tests uses all cores by itself.
test-course: $(READY) ## Run the tests of the course, all mutants; of a unit: make test-course UNIT=w05
	$(BIN)/python -m pytest tests/course $(UNIT:%=--unit=%) $(MUTANTS:%=--mutants=%)

lab: $(READY) ## Bring new notebooks into work/, the learner's folder, and open JupyterLab there
	@$(BIN)/forwardpass lab

mark: $(READY) ## Mark your own assignment in work/, hidden tests included: make mark WEEK=w05
	@test -n "$(WEEK)" || { echo "make: say which one: make mark WEEK=w05"; exit 2; }
	@ls work/$(WEEK)*/$(WEEK)*_assignment.ipynb > /dev/null 2>&1 || \
	  { echo "make: work/ has no assignment of $(WEEK): make lab brings it there"; exit 2; }
	@$(BIN)/autograder grade --mine work/$(WEEK)*/$(WEEK)*_assignment.ipynb

build: $(READY) ## Build source/ and release/ from course/
	$(BIN)/autograder build

check: $(READY) ## Check that every unit keeps its promises
	$(BIN)/autograder check

run: $(READY) ## Execute all notebooks in the quick profile
	$(BIN)/autograder run --profile quick

lint: $(READY) ## Check style and format of the code
	$(BIN)/ruff check
	$(BIN)/ruff format --check

lock: ## Resolve all versions anew and write the lock files
	$(PYTHON) tools/lock.py

clean: ## Remove what demo and run wrote, and caches
	rm -rf demo runs .pytest_cache .ruff_cache

$(READY): requirements.lock $(LOCK) pyproject.toml
ifndef CONDA_PREFIX
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "make: Python 3.11 is needed, $(PYTHON) is another version: make PYTHON=/path/to/python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(ENVIRONMENT)
endif
	@echo "Installing the packages of $(LOCK) into $(ENVIRONMENT): a few minutes, once."
	@$(PIP) install --disable-pip-version-check --requirement $(LOCK) > $(LOG) 2>&1 || $(SHOW_LOG)
	@rm -rf *.egg-info  # an old one would hide the new entry points from programs that run here
	@$(PIP) install --disable-pip-version-check --no-deps --no-build-isolation --editable . \
	  >> $(LOG) 2>&1 || $(SHOW_LOG)
	@touch $@
