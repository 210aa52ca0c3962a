# The README's two commands are `make lab` and `make test`; the rest is for working on the suite.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
# As onnx-lab build sets it, so that cargo compiles nothing twice: protoc comes from its wheel, and pyo3 wants a Python.
CARGO_ENV := PATH="$(CURDIR)/$(BIN):$$PATH:$$HOME/.cargo/bin" PYO3_PYTHON="$(CURDIR)/$(BIN)/python" PYO3_BUILD_EXTENSION_MODULE=1
CARGO := $(shell PATH="$$PATH:$$HOME/.cargo/bin" command -v cargo)
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --group test --group train \
	--no-annotate --no-header --quiet

STAGES := engines lint rust unit lessons browser

.PHONY: lab test engines rust lint unit lessons browser notebooks soak bench constraints train clean

lab: $(INSTALLED)  ## open JupyterLab on the first notebook (ARGS=--no-browser prints the address only)
	@$(BIN)/onnx-lab lab $(ARGS)

test:  ## everything, the browser's tests included; a line a stage says how long it took
	@for stage in $(STAGES); do \
		began=$$(date +%s); \
		$(MAKE) --no-print-directory $$stage || { echo "$$stage failed after $$(( $$(date +%s) - began )) s"; exit 1; }; \
		took="$$took, $$stage $$(( $$(date +%s) - began )) s"; \
		echo "Passed so far: $${took#, }."; \
	done

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit("Python %d.%d: use 3.11 to 3.13, e.g. make PYTHON=python3.12 lab" % v)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "No virtual environment could be made: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --constraint constraints.txt --editable '.[openvino,fleet]' --group test
	@touch $@

ifeq ($(CARGO),)
engines rust:
	@echo "No Rust here, so the engines that are crates are left out; for them, install it from https://rustup.rs"
else
engines: $(INSTALLED)  ## build the engines that are Rust crates (a quarter of an hour, once)
	$(BIN)/onnx-lab build

rust: $(INSTALLED)  ## the crates: style, hints of the compiler, tests
	cd crates && $(CARGO_ENV) cargo fmt --all --check
	cd crates && $(CARGO_ENV) cargo clippy --release --workspace --all-targets -- --deny warnings
	cd crates && $(CARGO_ENV) cargo test --release --package bridge --features pool
endif

lint: $(INSTALLED)  ## style, types, and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir .mypy_cache/imports

unit: $(INSTALLED)  ## the tests that need neither browser nor notebook, and the examples in the docstrings
	$(BIN)/pytest tests/unit tests/native -m "not alone" --numprocesses=2 --dist=worksteal
	$(BIN)/pytest tests/unit tests/native -m alone
	$(BIN)/pytest --doctest-modules helpers --numprocesses=2 --dist=worksteal

lessons: $(INSTALLED)  ## every notebook, cell by cell, and nothing may reach for the network
	ONNX_LAB_QUICK=1 XDG_CACHE_HOME="$$(mktemp -d)" $(BIN)/python tests/without_network.py $(BIN)/python -m pytest -p tests.checks_said --nbval-lax --nbval-current-env --nbval-cell-timeout=120 --import-mode=prepend notebooks

browser: $(INSTALLED)  ## a real JupyterLab in a real Chromium
	@$(BIN)/python tests/browser/install.py
	$(BIN)/pytest tests/browser --numprocesses=2 --dist=worksteal --reruns=1 -raR

notebooks: $(INSTALLED)  ## make the exercises from notebooks/solutions, and strip both
	$(BIN)/python notebooks/make_exercises.py

soak: $(INSTALLED)  ## damaged models through every engine and every function; writes two tables into benchmarks/results
	$(BIN)/python benchmarks/mutations.py
	$(BIN)/python -m benchmarks.hostile

bench: $(INSTALLED)  ## the README's figures; writes benchmarks/results/
	$(BIN)/python benchmarks/start_up.py
	$(BIN)/python benchmarks/session_cost.py
	$(BIN)/python benchmarks/binding_cost.py
	$(BIN)/python benchmarks/harness_cost.py
	$(BIN)/python benchmarks/coverage.py
	$(BIN)/python benchmarks/same_verdicts.py
	$(BIN)/python benchmarks/judge.py
	@$(BIN)/python tests/browser/install.py
	$(BIN)/python benchmarks/pen_to_answer.py
	$(BIN)/python benchmarks/drawing.py

train: $(INSTALLED)  ## train the models again (half an hour)
	$(BIN)/uv pip install --python $(BIN)/python --quiet --constraint constraints.txt --group train
	$(BIN)/python -m models.train
	$(BIN)/python -m models.train.normalised

constraints: $(INSTALLED)  ## pin the newest versions that fit
	$(COMPILE) --upgrade pyproject.toml --output-file constraints.txt

clean:  ## take away what make made
	rm -rf .venv
