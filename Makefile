# Everything here runs in .venv, which is made when it is needed. `make help` lists the targets.

PYTHON ?= python3
CORPUS ?= ../shared/corpus
EVALUATE ?= ../shared/eval/evaluate.py
SECONDS ?= 60

BIN := .venv/bin
READY := .venv/.ready
TOOLS := .venv-oracles/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test lint rules golden bench fuzz eval oracles clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "emoscan needs Python 3.11 or newer; say which: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY) ## Build a harmless look-alike of an attack and explain it.
	@mkdir -p demo
	@PYTHONPATH=tests $(BIN)/python -m fixturelib.build demo demo/demo.eml
	@echo '$$ emoscan explain demo/demo.eml'
	@$(BIN)/emoscan explain demo/demo.eml || test $$? -eq 1

test: $(READY) ## Run the tests. EMOSCAN_CORPUS=folder adds those on real documents.
	$(BIN)/python -m pytest --quiet --numprocesses auto

lint: $(READY) ## Check style, format and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

rules: $(READY) ## Check the detection rules, and run their hits and misses.
	$(BIN)/emoscan rules check rules
	$(BIN)/emoscan rules test rules

golden: $(READY) ## Write expected outputs and the report's schema anew; look at the difference before you commit it.
	EMOSCAN_WRITE_GOLDEN=1 $(BIN)/python -m pytest --quiet tests/test_report.py tests/test_golden.py tests/test_readme.py tests/evaluate/test_modelled.py
	git diff --stat -- docs/report.schema.json docs/modelled.md tests/golden README.md

bench: $(READY) ## Compare start and speed with olevba, in one run; mails a second, memory of a large mbox.
	$(BIN)/python tests/bench/bench.py
	$(BIN)/python tests/bench/mails.py
	PYTHONPATH=. $(BIN)/python tests/bench/test_vba_kernels.py

fuzz: $(READY) ## Scan damaged fixtures for SECONDS; every one must be a record.
	PYTHONPATH=tests $(BIN)/python tests/fuzz.py --seconds $(SECONDS)

eval: $(READY) ## Measure on the corpus, unpacked for the time being, and hold the floors.
	PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/eval/run.sh $(CORPUS) $(EVALUATE)

$(TOOLS): tests/oracles/requirements.txt
	$(PYTHON) -m venv .venv-oracles
	.venv-oracles/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/oracles/requirements.txt
	@touch $@

oracles: $(READY) $(TOOLS) ## Compare with other public tools, on the corpus or else the fixtures; what they find, emoscan must.
	PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/oracles/run.sh $(CORPUS) .venv-oracles/bin/python

clean: ## Remove what was built.
	rm -rf .venv .venv-oracles demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
