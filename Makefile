# What there is to do with this repository. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
CARGO ?= cargo
# All packages at once, whatever is tested: with fewer, Cargo settles other features and builds the dependencies again.
TESTS = $(CARGO) test --locked --workspace
# Every page of the app and of headquarters, so that they are built again only when one changed.
PAGES = $(shell find ui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/paraglide/*' 2>/dev/null)
BUILT = ui/tablet/dist/index.html ui/headquarters/dist/index.html

.PHONY: help
help: ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'

.PHONY: setup setup-test setup-windows
setup: ## install what building and running need (apt where there is apt)
	@scripts/setup.sh --for run
setup-test:
	@scripts/setup.sh --for run --for test
setup-windows:
	@scripts/setup.sh --for run --for windows

# --- building -----------------------------------------------------------------------------------
.PHONY: ui build build-tests
ui: $(BUILT) ## build the pages
$(BUILT) &: $(PAGES) | setup
	cd ui && npm run --silent build
	@touch $(BUILT)

build: ui ## build the app, the server and the test programs (debug)
	$(CARGO) build --locked --workspace --bins

build-tests: ui
	$(CARGO) build --locked --workspace --bins --tests --test '*'

# --- running ------------------------------------------------------------------------------------
.PHONY: run
run: setup build ## one precinct from keypad to receipt: opens the app, or drives it where there is no display
	$(CARGO) run --locked --quiet -p countersign-tests --bin run --

.PHONY: screenshots
screenshots: setup-test build ## pictures of every screen of the ordinary path, in run/screenshots
	$(CARGO) run --locked --quiet -p countersign-tests --bin run -- --headless

# --- testing ------------------------------------------------------------------------------------
.PHONY: test
test: setup-test ## everything: lints, Rust tests, page tests, layout matrix, window stories
	@scripts/test.sh

.PHONY: test-rust test-ui test-layout test-stories test-night test-nights
test-rust: build-tests ## unit and integration tests of the Rust crates
	$(TESTS) --no-fail-fast

test-ui: setup ## unit tests of the pages
	cd ui && npm test --silent

test-layout: setup-test build-tests ## every key reachable at every window and text size, in Chromium and in the real window; results pages with axe; a walk through headquarters' pages
	$(TESTS) --test layout --test pages --test headquarters

test-stories: setup-test build-tests ## whole caucuses in the real window, with kills and without a network; a server on a full disk
	$(TESTS) --test stories

test-night: setup-test build-tests ## a small night with everything going wrong, kills, faults of the disk, a small flood, history and layers, on the real server
	$(TESTS) --test night --test crash --test flood --test history --test layers

test-nights: build-tests ## two hundred simulated nights, each twice, and bugs planted to be found
	$(TESTS) --test simulation

# --- checking -----------------------------------------------------------------------------------
.PHONY: lint lint-rust lint-ui bindings
lint: lint-rust lint-ui ## format, clippy, documentation, generated files, page checks

lint-rust: ui
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --quiet

lint-ui: setup
	cd ui && npm run --silent check

bindings: ## write ui/shared/src/gen_api.ts from the command surface
	$(CARGO) run --locked --quiet -p countersign-tests --bin bindings

.PHONY: audit
audit: audit-licences ## licences, sources and known faults of the dependencies (installs cargo-deny under target/tools; faults need GitHub)
	target/tools/bin/cargo-deny --locked check advisories

.PHONY: audit-licences
audit-licences: ## licences and sources of the dependencies alone
	@test -x target/tools/bin/cargo-deny || $(CARGO) install --quiet --locked --root target/tools --version 0.20.2 cargo-deny
	target/tools/bin/cargo-deny --locked check licenses bans sources

.PHONY: check-windows
check-windows: setup-windows ui ## compile the app for Windows
	$(CARGO) check --locked -p countersign --target x86_64-pc-windows-gnu

# --- a whole night ------------------------------------------------------------------------------
# Options of the night that were given: make night SEED=7 TABLETS=200 FAULTS=hell
NIGHT = $(if $(SEED),--seed $(SEED)) $(if $(CONTEST),--contest $(CONTEST)) $(if $(REPORTS),--reports $(REPORTS)) \
	$(if $(TABLETS),--tablets $(TABLETS)) $(if $(MINUTES),--minutes $(MINUTES)) \
	$(if $(FAULTS),--faults $(FAULTS))

.PHONY: night
night: setup ## every precinct of Iowa 2020 reports in one night, and much goes wrong (SEED= CONTEST= REPORTS= TABLETS= MINUTES= FAULTS=none|usual|hell)
	$(CARGO) build --locked --profile night -p countersign-server -p countersign-tests --bin countersign-server --bin night
	target/night/night $(NIGHT)

# --- history ------------------------------------------------------------------------------------
.PHONY: history
history: setup ## the releases of Iowa 2020 and Nevada 2020 once more, through the whole path, every total compared with what was published (CONTEST=iowa-2020|nevada-2020)
	$(CARGO) build --locked --profile night -p countersign-server -p countersign-tests --bin countersign-server --bin history
	target/night/history $(if $(CONTEST),--contest $(CONTEST))

.PHONY: layers
layers: setup ## recanvass, recount, certified results and early votes on made-up data, as pages in run/layers (PRECINCTS=)
	$(CARGO) build --locked -p countersign-server -p countersign-tests --bin countersign-server --bin layers
	target/debug/layers $(if $(PRECINCTS),--precincts $(PRECINCTS))

# --- a flood ------------------------------------------------------------------------------------
# Options of the flood that were given: make flood SEED=7 TABLETS=200 SECONDS=30 TIMES=40
FLOOD = $(if $(SEED),--seed $(SEED)) $(if $(TABLETS),--tablets $(TABLETS)) $(if $(SECONDS),--seconds $(SECONDS)) \
	$(if $(TIMES),--times $(TIMES))

.PHONY: flood
flood: setup ## the server is flooded on the loopback interface while every precinct of Iowa 2020 reports (SEED= TABLETS= SECONDS= TIMES=)
	$(CARGO) build --locked --profile night -p countersign-server -p countersign-tests --bin countersign-server --bin flood
	target/night/flood $(FLOOD)

# --- kills and faults ---------------------------------------------------------------------
# Options of the simulated nights that were given: make nights N=5000 FROM=200, or make nights SEED=7
NIGHTS = $(if $(N),--nights $(N)) $(if $(FROM),--from $(FROM)) $(if $(SEED),--seed $(SEED))

.PHONY: nights
nights: ## simulated nights from seeds, each twice, or one of them with all that happens (N= FROM= SEED=)
	$(CARGO) build --locked --profile night -p countersign-tests --bin nights
	target/night/nights $(NIGHTS)

# Options of the kills that were given: make crash SEED=7 ROUNDS=100 ONLY=tablet FROM=75
CRASH = $(if $(SEED),--seed $(SEED)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only $(ONLY)) $(if $(FROM),--from $(FROM))

.PHONY: crash
crash: setup ## tablet and server killed at random instants or on a faulty disk, 500 times each (SEED= ROUNDS= ONLY=tablet|server|tablet-disk|server-disk FROM=)
	$(CARGO) build --locked -p countersign-server -p countersign-tests --bin countersign-server --bin crash
	target/debug/crash $(CRASH)

# --- measuring ----------------------------------------------------------------------------------
.PHONY: bench
# The window is measured as the app draws it for a person on this machine (src-tauri/src/drawing.rs).
bench: setup ui ## release builds; prints a table and leaves run/bench.json
	$(CARGO) build --locked --release -p countersign -p countersign-server -p countersign-tests --bins
	WEBKIT_DISABLE_DMABUF_RENDERER=$(if $(wildcard /dev/dri),0,1) target/release/bench
