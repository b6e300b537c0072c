# Everything a person does from a checkout. Each target makes what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test trainer kills check bench chaos lock docs page

BIN := .venv/bin
READY := .venv/.ready
PEER := build/peer/.ready
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
  --python-version 3.11 --extra dev --extra openai --extra anthropic --extra google --extra s3 --extra bedrock pyproject.toml

help:           ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1\t/p' Makefile

setup: page      ## make .venv from requirements.lock (skipped when it is newer than the lock)

demo: setup     ## run the main job on a sample company and show it
	@$(BIN)/cofounder demo

run: setup      ## open the product on the sample company
	@$(BIN)/cofounder up --sample

test: setup     ## run every test
	@.ci/browser
	@.ci/trainer --or-without
	@$(BIN)/python -m pytest -n auto --dist worksteal

trainer: setup  ## make build/trainer, the Python that tunes models on this machine (5.6 GB)
	@.ci/trainer

kills: setup    ## kill a worker at every single point of a journey (half an hour)
	@COFOUNDER_KILLS=all $(BIN)/python -m pytest tests/journey/test_matrix.py

check: setup    ## style, types, who imports whom, lock and generated pages up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m cofounder.cli.reference --check
	@cd web && npm run --silent check
	@.ci/lock $(LOCK)

bench: setup $(PEER) ## measure what the documentation claims about speed, beside a peer
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python -m bench.$$(basename "$$script" .py) || exit 1; done

chaos: setup    ## kill workers for five minutes under 300 tasks and audit what is left; CHAOS="--database 20" kills PostgreSQL too
	@$(BIN)/python -m bench.chaos $(CHAOS)

lock: setup     ## write requirements.lock anew; UPGRADE=1 takes newer versions
	$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --extra bench pyproject.toml --constraint requirements.lock $(if $(UPGRADE),--upgrade) \
	  $$(sed -n 's/^\([A-Za-z0-9._-]*\)\(\[[^]]*\]\)\{0,1\}==.*/--no-emit-package \1/p' requirements.lock | sort -u) -o bench/requirements.lock
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["local-training"], sep="\n")' \
	  | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --constraint requirements.lock $(if $(UPGRADE),--upgrade) - -o requirements-trainer.lock

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

# What the product is measured beside lies apart from it, so that the product is measured without it.
$(PEER): bench/requirements.lock $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --upgrade \
	  --target build/peer --requirement bench/requirements.lock
	@touch $@
