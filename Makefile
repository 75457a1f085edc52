# Everything a newcomer needs: `make demo` shows it, `make test` checks it. Each target first makes what it stands on, from locked and
# hashed versions, inside the tree only (.venv, frontend/*/node_modules); a second run finds that done and goes on at once.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules
# Five hundred modules compiled anew would be half of each start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation
WORKERS ?= 2
ARGS ?=

APPS := $(patsubst frontend/%/package.json,%,$(wildcard frontend/*/package.json))
BUILDS := $(APPS:%=frontend/%/node_modules/.built)

# Programs from npm that tests run.
TEST_TOOLS := $(patsubst %/package.json,%/node_modules/.installed,$(wildcard tests/*/*/package.json))

# A build whose output someone deleted is no build.
$(foreach app,$(APPS),$(if $(wildcard src/watchword/web/static/$(app)/*),,$(shell rm -f frontend/$(app)/node_modules/.built)))

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: .venv/.runtime $(BUILDS) ## start Watchword with demo users and print its address (ARGS="…" goes to `watchword demo`)
	@$(BIN)/watchword demo $(ARGS)

.PHONY: demo-check
demo-check: .venv/.runtime $(BUILDS) ## the same with no browser: every step by the public HTTP API, timed
	@$(BIN)/watchword demo --check $(ARGS)

.PHONY: bench
bench: .venv/.dev $(BUILDS) ## measure; each figure is a ratio within one run
	@$(BIN)/python -m bench $(ARGS)

.PHONY: setup
setup: .venv/.dev $(BUILDS) $(TEST_TOOLS) ## install and build everything, start nothing

.PHONY: test
test: setup lint test-js test-py ## lints, types, and every test

.PHONY: test-py
test-py: .venv/.dev $(BUILDS) $(TEST_TOOLS)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: test-js
test-js: $(APPS:%=test-js-%)

.PHONY: $(APPS:%=test-js-%)
$(APPS:%=test-js-%): test-js-%: frontend/%/node_modules/.installed
	@cd frontend/$* && CI=1 npm test --if-present

.PHONY: lint
lint: .venv/.dev $(APPS:%=lint-js-%) ## ruff, mypy, import-linter, tsc
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo 'Run `make fmt`: these files are not in the formatter'"'"'s shape.'; $(BIN)/ruff format --check . | head -40; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

.PHONY: $(APPS:%=lint-js-%)
$(APPS:%=lint-js-%): lint-js-%: frontend/%/node_modules/.installed
	@cd frontend/$* && npm run --silent --if-present check

.PHONY: fmt
fmt: .venv/.dev ## put every Python file into the formatter's shape
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

.PHONY: docs
docs: .venv/.dev ## write docs/states/, docs/settings.md and docs/refusals.md again from the code
	@$(BIN)/python -m tools.draw_states
	@$(BIN)/python -m tools.list_settings
	@$(BIN)/python -m tools.list_refusals

# The lock holds for every platform and names no index, so that it serves behind a mirror too. `ARGS=--upgrade` takes newer versions.
COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: lock
lock: ## choose versions again and write the locks: requirements/*.txt, frontend/*/package-lock.json
	@test -x $(BIN)/uv || $(MAKE) .venv/.dev
	$(COMPILE) $(ARGS) --group build --output-file requirements/build.txt
	$(COMPILE) $(ARGS) pyproject.toml --constraints requirements/build.txt --output-file requirements/runtime.txt
	$(COMPILE) $(ARGS) --group test --group lint --group lock --constraints requirements/build.txt --constraints requirements/runtime.txt \
		--output-file requirements/dev.txt
	for folder in $(dir $(wildcard frontend/*/package.json tests/*/*/package.json)); do \
		(cd $$folder && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund); done

.PHONY: clean
clean: ## remove what was installed, built and cached here
	rm -rf .venv frontend/*/node_modules tests/*/*/node_modules src/watchword/web/static/key src/watchword/web/static/portal dist build
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.created:
	@PYTHON=$(PYTHON) tools/machine python
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.runtime: .venv/.created requirements/build.txt requirements/runtime.txt pyproject.toml
	@echo 'Installing what the server needs into .venv'
	@$(PIP) -r requirements/build.txt
	@$(PIP) -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	@echo 'Installing what the tests need into .venv'
	@$(PIP) -r requirements/dev.txt
	@touch $@

%/node_modules/.installed: %/package.json %/package-lock.json
	@tools/machine node
	@echo 'Installing what $* needs'
	@cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null
	@touch $@

define built
frontend/$(1)/node_modules/.built: frontend/$(1)/node_modules/.installed src/watchword/web/static/tokens.css \
		$(shell find frontend/$(1) \( -name node_modules -o -name test -o -name tests \) -prune -o -type f -print | sed 's/ /\\ /g')
	@echo 'Building frontend/$(1)'
	@cd frontend/$(1) && npm run --silent build
	@touch $$@
endef
$(foreach app,$(APPS),$(eval $(call built,$(app))))
