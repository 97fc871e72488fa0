# `make demo` shows dx-rotated at work; `make test` checks everything. CONTRIBUTING.md says more.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=

# The same for everything that is built for debugging, so that nothing is compiled twice.
debug := --explicit-target-dependency-import-check error
# One file to install: the Swift runtime is in it, symbols are not. Nothing is exported, so that what is not used goes,
# and relocations are packed (glibc 2.36 or later): 1.4 MB of 17.4.
release := --configuration release --static-swift-stdlib -Xlinker -s -Xswiftc -use-ld=lld \
  -Xlinker --gc-sections -Xlinker --no-export-dynamic -Xlinker --icf=safe -Xlinker -z -Xlinker pack-relative-relocs

swift_files := Sources Tests Package.swift

.PHONY: build demo test lint format install clean deps

build: deps
	$(SWIFT) build $(release) --product dx-rotated
	@echo "built: .build/release/dx-rotated"

demo: deps
	$(SWIFT) build $(debug)
	examples/demo/run.sh .build/debug/dx-rotated .build/debug/dx-simulator

# What fails soonest comes first, and the tests' own closing line comes last. The tests from outside have a run of their
# own: they wait for processes, and would keep the threads that the others' time limits count on.
test: deps lint
	$(SWIFT) build --build-tests $(debug)
	Tests/deploy/verify-units.sh .build/debug/dx-rotated
	Tests/deploy/check-rules.sh
	Tests/docs/check.py
	Tests/docs/manual.py .build/debug/dx-rotated
	Tests/docs/alerts.py .build/debug/dx-rotated .build/debug/dx-simulator
	examples/demo/run.sh .build/debug/dx-rotated .build/debug/dx-simulator
	$(SWIFT) test --disable-xctest $(debug) --skip BlackBoxTests
	Tests/lab/package-test.sh
	$(MAKE) --no-print-directory soak MINUTES=2
	$(SWIFT) test --disable-xctest $(debug) --filter BlackBoxTests

lint:
	$(SWIFT) format lint --strict --recursive $(swift_files)

format:
	$(SWIFT) format --in-place --recursive $(swift_files)

# Needs a `make build` before it, and no compiler: `sudo make install` runs as it is.
install:
	@test -x .build/release/dx-rotated || { echo "nothing is built yet: run make build first" >&2; exit 1; }
	DESTDIR=$(DESTDIR) deploy/install.sh .build/release/dx-rotated $(PREFIX)

clean:
	rm -rf .build .build-*

deps:
	@scripts/install-dependencies.sh

# Packaging, benchmarks and the long tests have their targets beside them.
-include deploy/*.mk Tests/*.mk
