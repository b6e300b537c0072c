# Everything a person does from a checkout. Each target makes what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test check bench lock docs page

BIN := .venv/bin
READY := .venv/.ready
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
  --python-version 3.11 --extra dev --extra openai --extra anthropic --extra google pyproject.toml

help:           ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1\t/p' Makefile

setup: page      ## make .venv from requirements.lock (skipped when it is newer than the lock)

demo: setup     ## run the main job on a sample company and show it
	@$(BIN)/cofounder demo

run: setup      ## open the product on the sample company
	@$(BIN)/cofounder up --sample

test: setup     ## run every test
	@$(BIN)/python -m pytest

check: setup    ## style, types, who imports whom, lock and generated pages up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m cofounder.cli.reference --check
	@cd web && npm run --silent check
	@.ci/lock $(LOCK)

bench: setup    ## measure what the documentation claims about speed
	@for script in bench/*.py; do test -e "$$script" || { echo "Nothing to measure yet."; break; }; $(BIN)/python "$$script" || exit 1; done

lock: setup     ## write requirements.lock anew; UPGRADE=1 takes newer versions
	$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements.lock

docs: setup     ## write the generated reference pages anew
	@$(BIN)/python -m cofounder.cli.reference
	@cd web && npm run --silent types

page: $(READY)  ## build the page anew when its sources changed
	@$(BIN)/python hatch_build.py --check || { rm -f $(READY); $(MAKE) --no-print-directory $(READY); }

$(READY): requirements.lock pyproject.toml
	@.ci/venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@
