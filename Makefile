# The gateway's commands. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORPORA ?= ../shared/data
NODE := conformance/node

.DEFAULT_GOAL := help
.PHONY: soak help install serve test check format conformance node migration docs examples wheel lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.installed ## make .venv with the gateway command in it

$(VENV)/.installed: pyproject.toml requirements/dev.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q gateway
	touch $@

serve: install ## start the gateway on http://127.0.0.1:8080
	$(BIN)/gateway serve

test: install ## lint, types and tests; TESTS=path runs some of them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	GATEWAY_CORPORA=$(CORPORA) $(BIN)/pytest --numprocesses auto --dist loadfile $(TESTS)

check: test

format: install ## put the code in form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

conformance: install node ## count what holds over other people's samples, and in their verifiers
	GATEWAY_GENERATED=$${GATEWAY_GENERATED:-100000} $(BIN)/python -m conformance.run $(CORPORA) --write docs/conformance.md
	$(BIN)/python -m conformance.golden $(CORPORA) --write docs/golden-triple.md
	$(if $(SUITES),$(BIN)/python -m conformance.suites $(SUITES) --write docs/suites.md)

node: ## fetch the foreign verifiers; without npm they are left out
	@if command -v npm >/dev/null; then cd $(NODE) && npm ci --omit=peer --legacy-peer-deps --silent; \
		else echo "no npm: the foreign verifiers are left out, and pages with their figures stay as they are"; fi

migration: install ## write the next step of the schema; NAME=its_subject
	$(BIN)/python -m gateway.store.migrations $(NAME)
	$(BIN)/ruff format --quiet gateway/store/migrations

docs: install ## write the pages that are made from the code anew
	$(BIN)/python -m conformance.pages docs

bench: install ## measure beside other stacks, up to 20 minutes; BENCH=--quick for some, BENCH="--only sign" for a part
	@command -v npm >/dev/null || { echo "bench needs Node and npm for the JavaScript stack"; exit 1; }
	cd $(NODE) && npm ci --omit=peer --legacy-peer-deps --silent
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/bench.txt
	$(BIN)/python -m bench.run --corpora $(CORPORA) $(if $(BENCH),$(BENCH),--write docs/performance.md)

soak: install ## run for hours what must hold while servers are killed and disks fail; RUNS=pushing runs some, SET="cycles=50" less
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/soak.txt
	$(BIN)/python -m soak.run $(if $(RUNS),--only $(RUNS)) $(if $(SET),--set $(SET)) $(SOAK)

examples: install ## write the examples' other forms anew
	$(BIN)/python -m conformance.make_examples

wheel: install ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

lock: install ## pin the dependencies anew, with hashes and without addresses
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--strip-extras --output-file requirements/runtime.txt pyproject.toml
	$(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --strip-extras --extra dev --output-file requirements/dev.txt pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--strip-extras --output-file requirements/bench.txt requirements/bench.in
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--strip-extras --output-file requirements/soak.txt requirements/soak.in

clean: ## remove what can be made again
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache $(NODE)/node_modules
