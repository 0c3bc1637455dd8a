# Everything a fresh checkout needs, from a machine with make and python3 alone.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BOARD  := B-U585I-IOT02A
JOBS   ?= 2
# hargen, clang-format and the rest by their names
ON_PATH := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: help demo test test-long lint format docs wheel bench targets bench-accept clean tools-demo tools-test

help:
	@echo "make demo       a model becomes C, is flashed onto a virtual board and proven equal"
	@echo "make test       style, types and tests, as continuous integration runs them"
	@echo "make test-long  more random networks, every model and window"
	@echo "make lint       style and types alone"
	@echo "make format     put the style right"
	@echo "make docs       the site of docs/, into build/site"
	@echo "make wheel      dist/*.whl and *.tar.gz"
	@echo "make bench      the numbers: accuracy, bytes, time"
	@echo "make targets    instructions and bytes beside their goals, and beside what others need"
	@echo "make bench-accept  today's instructions and bytes become the committed ones"
	@echo "make clean      remove what make made, .venv too"

tools-demo:
	@PYTHON=$(PYTHON) .ci/install-tools demo

tools-test:
	@PYTHON=$(PYTHON) .ci/install-tools test

# Made anew only when the list of packages changes.
$(READY): pyproject.toml | tools-demo
	@echo "Installing hargen and what it needs into $(VENV); the first time takes a few minutes"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[all,dev]"
	@touch $@

demo: tools-demo $(READY)
	@$(ON_PATH) .ci/demo demo $(BOARD)

test: tools-test $(READY) lint
	$(ON_PATH) python -m pytest -q -n $(JOBS)

test-long: tools-test $(READY)
	$(ON_PATH) python -m pytest -q -n $(JOBS) --long --networks 1000

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	find firmware hargen -name '*.[ch]' | xargs $(BIN)/clang-format --dry-run -Werror

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find firmware hargen -name '*.[ch]' | xargs $(BIN)/clang-format -i

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

wheel: $(READY)
	$(BIN)/python -m build --outdir dist .

bench: tools-demo $(READY)
	@$(ON_PATH) python tools/bench.py

targets: tools-demo $(READY)
	@$(ON_PATH) python tools/targets.py

bench-accept: tools-test $(READY)
	@$(ON_PATH) python tests/bench/figures.py

clean:
	rm -rf $(VENV) build dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
