# What can be done here: make run, test, test-long, check, bench, bundle, conformance, install, clean.
# Everything that is needed is made in .venv; nothing else of the machine is changed, except Debian packages that the
# tests need (said before it happens).

SHELL := /bin/sh
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --quiet
SOURCES := pyproject.toml hatch_build.py
CONSOLE := frontend/package-lock.json $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null)

NODE_MODULES := frontend/node_modules/.package-lock.json

.PHONY: run test test-long check bench bundle conformance install clean lock
.DEFAULT_GOAL := run

run: install
	exec .venv/bin/pinisi run $(CITY)

install: .venv/.package .venv/.console

test: .venv/.tools install $(NODE_MODULES)
	scripts/browser.sh
	scripts/mosquitto.sh
	scripts/postgres.sh
	scripts/extracts.sh
	scripts/signal-maps.sh
	scripts/test.sh

test-long: .venv/.tools install
	scripts/browser.sh
	scripts/postgres.sh
	scripts/mosquitto.sh
	$(PY) scripts/long/run.py --parts "$(PART)" --seed "$(SEED)" $(if $(RESUME),--resume)

check: .venv/.tools install $(NODE_MODULES)
	.venv/bin/ruff check --no-cache .
	.venv/bin/ruff format --check .
	.venv/bin/pyright
	.venv/bin/lint-imports --no-logo --no-cache
	scripts/npm.sh run --silent check

bench: .venv/.tools install
	scripts/signal-maps.sh
	scripts/wrk.sh
	$(PY) bench/collect.py $(ONLY)

bundle: .venv/.package .venv/.console
	scripts/bundle.sh

conformance: .venv/.tools install
	$(if $(SUITE),scripts/mosquitto.sh)
	$(if $(filter postgresql,$(STORE)),scripts/postgres.sh)
	$(if $(SUITE),$(PY) scripts/conformance.py $(SUITE) --failures $(if $(STORE),--store $(STORE)),.venv/bin/pytest tests/conformance)

clean:
	rm -rf .venv bundle dist build frontend/node_modules src/pinisi/console/static

# Pins without addresses, from what pyproject.toml and the *.in files ask for.
lock: .venv/.tools
	$(PIP) uv
	scripts/lock.sh

.venv/bin/python:
	@scripts/venv.sh

.venv/.requirements: requirements.txt requirements-build.txt | .venv/bin/python
	$(PIP) -r requirements.txt -r requirements-build.txt
	@touch $@

.venv/.package: .venv/.requirements $(SOURCES)
	$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.console: .venv/.requirements $(CONSOLE)
	.venv/bin/hatchling build --target wheel --hooks-only
	@touch $@

$(NODE_MODULES): frontend/package-lock.json | .venv/.console
	[ $@ -nt frontend/package-lock.json ] || scripts/npm.sh ci --silent
	@touch $@

.venv/.tools: .venv/.requirements requirements-test.txt
	$(PIP) -r requirements-test.txt
	@touch $@
