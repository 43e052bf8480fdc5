# Needs Python 3.11 to 3.14 with pip, and make. `make` alone lists the targets.
# By default the newest that works and has a wheel of every package, which 3.14 has not; PYTHON=... names another.
PYTHON ?=
CORES ?= all
# Processes that share the tests.
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
DOCS := .venv-docs
LINT := .venv-lint
UV := uv==0.13.9
WITH_UV := PYTHONPATH=build/$(UV) $(BIN)/python
# Each job starts Snakemake and JAX: with bytecode to read that takes a third of the time.
export PYTHONDONTWRITEBYTECODE :=
# Snakemake has a cache in the home folder, and stops with a traceback where it cannot write there.
ifneq ($(shell test -w "$(HOME)" && echo writable),writable)
export XDG_CACHE_HOME := $(CURDIR)/.snakemake/cache
endif
# An environment stays with the Python that built it, until that one is gone or PYTHON names another.
other-python = $(shell test -x $(1)/bin/python && \
    { test -z "$(PYTHON)" || test "$$(tools/find_python.sh "$(PYTHON)" 2>&1)" -ef $(1)/bin/python; } || echo other-python)

.DEFAULT_GOAL := help
.PHONY: other-python $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/installed ## build the environment in .venv

# A new lock starts from an empty environment, so that nothing but the lock is in it. pip comes from
# outside (the lock has its own), which spares Debian's separate python3-venv package. Installing
# without compiling saves time and space: Python compiles what it imports.
define install-lock
@python=$$(tools/find_python.sh "$(PYTHON)") && echo "$(@D): $$python" && \
    "$$python" -m venv --clear --without-pip $(@D) && \
    "$$python" -m pip --python $(@D)/bin/python install --no-compile --no-deps --require-hashes --requirement $<
@touch $@
endef

$(VENV)/locked: requirements.txt $(call other-python,$(VENV))
	$(install-lock)

$(DOCS)/locked: requirements-docs.txt $(call other-python,$(DOCS))
	$(install-lock)

$(LINT)/locked: requirements-lint.txt $(call other-python,$(LINT))
	$(install-lock)

$(VENV)/installed: $(VENV)/locked pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

quick: setup ## every figure from a small configuration, in minutes
	$(BIN)/snakemake --cores $(CORES) --configfile workflow/config/quick.yaml

paper: setup ## every figure with the paper's numbers, in an hour and a quarter
	$(BIN)/snakemake --cores $(CORES) --configfile workflow/config/paper.yaml

decisive: setup ## what the paper's run leaves undecided, with more and wider networks, in 75 minutes
	$(BIN)/snakemake --cores $(CORES) --configfile workflow/config/decisive.yaml

slurm: setup ## the paper through Slurm; once more continues a run that died (ARGUMENTS=... for snakemake)
	tools/slurm.sh $(ARGUMENTS)

# Most of the time goes into compiling, which XLA's older emitters and scheduler do in two thirds of it. The slow tests use the default ones.
test: export XLA_FLAGS += --xla_cpu_use_fusion_emitters=false --xla_cpu_enable_concurrency_optimized_scheduler=false
test: setup ## the tests, but for the slow ones
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile -m "not (slow or slurm or browser or fresh_machine)"
	$(BIN)/python -m pytest -m "browser and not slow"

test-slow: setup ## the slow tests: whole runs, interruptions, notebooks, the documentation in a browser
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile -m slow

test-all: test test-slow ## the tests, slow ones too

test-slurm: setup ## the workflow through a Slurm of one node, from Debian's packages (needs root)
	tests/workflow/slurm/one_node.sh up
	trap "tests/workflow/slurm/one_node.sh down" EXIT; $(BIN)/python -m pytest -m slurm

test-oldest: build/$(UV) ## the library's tests, with the oldest versions that pyproject.toml allows
	$(call test-library,oldest,--resolution=lowest-direct)
	PYTHONPATH=src build/oldest/bin/python -m pytest tests/sgntk/test_published.py -m slow -k where_the_published_fault_comes_from

test-newest: build/$(UV) ## the library's tests, with the newest versions that this Python has
	$(call test-library,newest,)

define test-library
$(WITH_UV) -m uv venv --quiet --clear --python $(BIN)/python build/$(1)
$(WITH_UV) -m uv pip install --quiet --python build/$(1)/bin/python --only-binary=:all: $(2) \
	--requirements pyproject.toml --extra neural-tangents --extra study --group dev
PYTHONPATH=src build/$(1)/bin/python -m pytest --numprocesses $(WORKERS) --dist loadfile -m "not slow" tests/sgntk
endef

# It compares its results with those here. TESTS=tests/workflow, say: no more than these of the tests there.
test-fresh: quick ## the commands of the README on a bare Debian 13 (needs root and debootstrap)
	$(BIN)/python -m pytest --capture=no -m fresh_machine

lint: lint-python lint-imports lint-workflow lint-types ## every static check

lint-python: $(LINT)/locked
	$(LINT)/bin/ruff check
	$(LINT)/bin/ruff format --check

# The contracts in pyproject.toml: which package may import what.
lint-imports: $(LINT)/locked
	PYTHONPATH=src $(LINT)/bin/lint-imports --no-cache

lint-workflow: setup $(LINT)/locked
	$(LINT)/bin/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

lint-types: setup $(LINT)/locked
	$(LINT)/bin/mypy --python-executable $(BIN)/python

# The library is not installed there: mkdocstrings reads its sources. The variable silences an advertisement.
docs: $(DOCS)/locked ## the guide and the API reference, in build/docs/index.html
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict

# Search needs a server: browsers do not let a page from disk read another file.
docs-serve: docs ## the same at http://127.0.0.1:8000, with search
	$(DOCS)/bin/python -m http.server --bind 127.0.0.1 --directory build/docs 8000

# Any Python with a JAX for the GPU; what else it lacks may be in build/gpu, see docs/performance.md. Nothing is installed.
GPU_PYTHON ?= python
gpu: ## measure a GPU: training, kernels, a profile (ARGUMENTS=--small: the same on a CPU, in small)
	PYTHONPATH=src:build/gpu $(GPU_PYTHON) benchmarks/gpu.py $(ARGUMENTS)

format: $(LINT)/locked ## rewrite the sources as `make lint` wants them
	$(LINT)/bin/ruff check --fix
	$(LINT)/bin/ruff format
	$(LINT)/bin/snakefmt Snakefile workflow

# uv stays out of the environment: only who renews the lock, or goes without it, needs it.
build/$(UV): | setup
	$(BIN)/python -m pip install --quiet --target $@ $(UV)

lock: build/$(UV) ## renew the requirements files and environment.yml (UPGRADE=--upgrade: all pins)
	$(WITH_UV) tools/lock.py $(UPGRADE)

wheels: build/$(UV) ## which pins have no wheel for a Python or a platform that make runs on; after `make lock`
	$(WITH_UV) tools/check_wheels.py

clean: ## remove environments and caches, never results
	rm -rf $(VENV) $(DOCS) $(LINT) .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	find scripts src tests tools workflow -type d -name __pycache__ -prune -exec rm -rf {} +

clean-run: ## remove the results of a run (RUN=quick); asks if they took more than a minute to make
	@python=$$(tools/find_python.sh "$(PYTHON)") && "$$python" tools/clean_run.py "$(RUN)"
