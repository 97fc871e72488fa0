# The Debian package, and the pages that are made from the code.

staging := .build-deb
package_version := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' deploy/debian/changelog)
staged := $(staging)/dx-rotated-$(package_version)

.PHONY: deb lab package-tools reference reference-check

# Everything that is packaged is copied, so that debhelper writes nothing into the project.
deb: build package-tools
	mandoc -T lint -W warning deploy/man/*
	rm -rf $(staging)
	mkdir -p $(staged)
	cp -r README.md config deploy docs $(staged)
	cp -r deploy/debian $(staged)/debian
	test "$$(.build/release/dx-rotated --version)" = "$(package_version)"
	cd $(staged) && DX_ROTATED_BINARY=$(CURDIR)/.build/release/dx-rotated dpkg-buildpackage -b --no-sign
	lintian --allow-root --fail-on error,warning $(staging)/dx-rotated_*.deb
	@echo "built: $$(ls $(staging)/dx-rotated_*.deb)"

# The package under a real systemd, and what needs a newer one under that. Needs root, and `make deb` before it.
lab: package-tools
	$(SWIFT) build $(debug) --product dx-simulator
	Tests/lab/run.sh $(staging)/dx-rotated_$(package_version)_*.deb .build/debug/dx-simulator

package-tools:
	@scripts/install-dependencies.sh package

# The manual of the configuration and the journal's catalog.
reference:
	$(SWIFT) run $(debug) reference

reference-check:
	$(SWIFT) test $(debug) --filter ReferencePagesTests
