# Every verb of the project. `make demo` and `make test` are all that a newcomer needs.
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Where an environment forbids caches, each of the hundreds of processes of the tests would compile every library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo programs test thorough test-bluez lint planted invariants languages mutation mutation-changed fuzz soak screenshots real bench audit requirements setup setup-run clean help

help:            ## what can be made
	@grep -E '^[a-z-]+: .*##' Makefile | sed 's/:.*##/\t/' | expand -t 16

demo: setup-run  ## a clinic, three runners and a run that is recorded before your eyes
	@$(BIN)/stridegate demo $(DEMO)

test: setup programs  ## the tests, in minutes
	@$(BIN)/pytest -q -n $(or $(WORKERS),3) --dist worksteal -m "not thorough" $(TESTS)

thorough: setup programs  ## the tests that look at every page and die at every step; minutes more
	@$(BIN)/pytest -q -n $(or $(WORKERS),3) --dist worksteal -m thorough $(TESTS)

programs:        # of the system, which the tests drive
	@sh tools/system.sh chromium:chromium libatomic.so.1:libatomic1 pg_ctlcluster:postgresql \
		systemd-analyze:systemd caddy:caddy mosquitto:mosquitto

test-bluez: setup  ## the gateway against a real bluetoothd and kernel, in a machine of its own; minutes
	@sh tools/system.sh qemu-system-x86_64:qemu-system-x86 /usr/libexec/bluetooth/bluetoothd:bluez dbus-daemon:dbus \
		busybox:busybox-static cpio:cpio /usr/sbin/depmod:kmod
	@$(BIN)/pytest -q $(or $(TESTS),tests/bluez)

lint: setup      ## style, types and the drawing of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r sensors rules gateway server

planted: setup   ## every planted bug must still turn its test red
	@$(BIN)/python tests/planted/run.py

mutation: setup  ## every small wrong in a deciding rule must turn a test red; an hour; MODULES="rules/dose.py" for some
	@$(BIN)/python tests/mutation/run.py $(MODULES)

mutation-changed: setup  ## the same for the modules that changed, or whose tests did, since tests/mutation/passed.json
	@$(BIN)/python tests/mutation/run.py --changed --seconds $(or $(SECONDS),600)

fuzz: setup      ## strange bytes for every reader, FUZZ_SECONDS (60) for each; TARGETS="fit case" for some
	@$(BIN)/python tests/fuzz/run.py $(TARGETS)

# What `make test` does briefly, for as long as a release deserves; each number may be given.
soak: export STRIDEGATE_EXAMPLES ?= 100000
soak: export STRIDEGATE_SOAK ?= 100
soak: export FUZZ_SECONDS ?= 600
soak: setup      ## hours: every promise of the rules, kills and cuts of the gateway, strange bytes
	$(BIN)/pytest -q --timeout 0 tests/rules/test_invariants.py tests/rules/test_losses.py tests/rules/test_decision_against_a_slow_reading.py
	$(BIN)/pytest -q --timeout 0 tests/sensors/ble/test_no_bytes_break_a_decoder.py tests/gateway/test_journal_durability.py tests/gateway/test_sync_effects.py \
		tests/server/alerts/test_a_storm_of_runners.py tests/server/alerts/test_processes_that_die.py \
		tests/server/reading/test_no_mangled_file_stops_the_reader.py tests/server/test_migrations_are_whole.py \
		tests/server/test_strange_requests_are_refused_kindly.py tests/server/test_the_interface_describes_itself.py \
		tests/server/pages/test_every_page_in_a_browser.py
	$(BIN)/python tests/fuzz/run.py $(TARGETS)
	$(BIN)/python tests/mutation/run.py

invariants: setup  ## the promises of the decision, with 2,000 random cases each
	@STRIDEGATE_EXAMPLES=$(or $(STRIDEGATE_EXAMPLES),2000) $(BIN)/pytest -q -n 2 --dist worksteal --timeout 900 tests/rules/test_invariants.py tests/rules/test_losses.py

real: setup      ## a table of every real file under $$STRIDEGATE_REAL_DATA/data
	@$(BIN)/python tests/real/table.py

bench: setup     ## speed, as a ratio to a reference of the same minute
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(BIN)/python $$bench; done

screenshots: setup  ## the pictures of the README from a fresh demo; INTO=folder for every page of the router
	@sh tools/system.sh chromium:chromium libatomic.so.1:libatomic1
	@$(BIN)/python tools/screenshots.py $(INTO)

languages: setup ## collect every sentence for the translators, and name those without a translation
	@$(BIN)/python tools/languages.py

audit: setup     ## ask for known weaknesses of every pinned package; needs the network, and says so where there is none
	@$(BIN)/python tools/audit.py

requirements:    ## pin again, with hashes, after a change of pyproject.toml
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements/uv.in -o requirements/uv.txt
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml -o requirements/base.txt
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group dev pyproject.toml -o requirements/dev.txt

setup-run: .venv/.ready-run
setup: .venv/.ready-dev

.venv/.ready-run: requirements/uv.txt requirements/base.txt pyproject.toml tools/setup.sh
	@sh tools/setup.sh run

.venv/.ready-dev: requirements/uv.txt requirements/dev.txt pyproject.toml tools/setup.sh
	@sh tools/setup.sh dev

clean:           ## forget the environment and all caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
