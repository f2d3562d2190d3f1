# make certify   certify a scan (SCAN=…, an example by default) in a trial office, and verify the copy
# make test      the tests            make lint    formatting, lints, types
# make bench     the benches          make soak    the long ones: every kill moment, every altered byte
# Everything is set up on first use, in .venv and build; a later run is past it at once.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: certify test lint bench soak setup clean

PYTHON ?= python3
HNCERT_SHARED ?= ../shared
export HNCERT_SHARED
SCAN ?= examples/drawn/khai_sinh.png
PYTEST_ARGS ?= -n auto --dist loadgroup
COMMA := ,
# python-sane builds where libsane-dev and Python's headers are; else the tests of SANE scanners are left out, and named
PYTHON_H := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)/Python.h
EXTRAS ?= dev$(COMMA)ocrmypdf$(COMMA)second-reader$(COMMA)desktop$(COMMA)s3$(COMMA)postgresql$(if $(and $(wildcard /usr/include/sane/sane.h),$(wildcard $(PYTHON_H))),$(COMMA)scan)

BIN := .venv/bin
READY := build/stamps/ready
# the rest of training/ imports torch or the benches, which the types here know nothing of
TRAINING := training/text.py training/lines.py training/score.py
OFFICE := build/office
SOURCES := pyproject.toml cli/pyproject.toml Cargo.toml Cargo.lock core_rs/Cargo.toml \
	$(shell find core_rs/src -name '*.rs')

setup: $(READY)

# The packages are installed again only when their list changed; otherwise only the core is built again.
$(READY): $(SOURCES)
	@mkdir -p build/stamps
	@command -v cargo >/dev/null || { echo "cargo is missing; install Rust by the rustup line of the README" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 2; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@lists=$$( (cat pyproject.toml cli/pyproject.toml; echo '$(EXTRAS)') | sha256sum); \
	if [ "$$lists" != "$$(cat build/stamps/lists 2>/dev/null)" ] || [ ! -x $(BIN)/hncert ]; then \
		echo "setting up .venv: a few minutes the first time" && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRAS)]' -e ./cli >&2 && \
		printf '%s' "$$lists" >build/stamps/lists; \
	else \
		echo "building the core" && export VIRTUAL_ENV="$(CURDIR)/.venv" && \
		$(BIN)/maturin develop --release --quiet >build/stamps/log 2>&1 || { cat build/stamps/log >&2; exit 1; }; \
	fi
	@touch $@

certify: $(READY)
	@[ -e "$(SCAN)" ] || case "$(SCAN)" in examples/drawn/*) $(BIN)/python examples/draw.py --kind "$$(basename "$(SCAN)" .png)" >/dev/null ;; esac
	@[ -f $(OFFICE)/office.toml ] || $(BIN)/hncert office init $(OFFICE) --trial >/dev/null
	@mkdir -p build/certified
	@name=$$(basename "$(SCAN)"); out="build/certified/$${name%.*}-$$(date +%Y%m%d-%H%M%S).pdf"; \
	$(BIN)/hncert --office $(OFFICE) certify "$(SCAN)" -o "$$out" --yes >/dev/null && \
	$(BIN)/hncert --office $(OFFICE) verify "$$out"

test: $(READY)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(READY)
	cargo fmt --check
	cargo clippy --all-features --all-targets -- -D warnings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy $(TRAINING)
	$(BIN)/python -m mypy.stubtest pyhncert._core

bench: $(READY)
	@$(BIN)/python -c 'import doxapy, skimage' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		$$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["bench"])')
	$(BIN)/python benches/run.py $(BENCH_ARGS)

soak: $(READY)
	HNCERT_SOAK=1 $(BIN)/python -m pytest $(PYTEST_ARGS) $$(grep -rl HNCERT_SOAK tests --include='test_*.py')
	HNCERT_SOAK=1 cargo test --release --quiet --test mutations
	$(BIN)/python benches/read.py --all --keep build/read.jsonl
	$(BIN)/python benches/agreement.py --keep build/agreement.jsonl
	$(BIN)/python benches/kinds.py --all

clean:
	rm -rf build dist target .venv pyhncert/*.so
