# The Debian package, and the pages that are made from the code.

# What `make deb` needs besides the build's own packages.
package_tools := debhelper dpkg-dev fakeroot lintian mandoc

staging := .build-deb
package_version := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' deploy/debian/changelog)
staged := $(staging)/dx-rotated-$(package_version)

.PHONY: deb lab reference reference-check

# Everything that is packaged is copied, so that debhelper writes nothing into the project.
deb: build
	@command -v dh lintian >/dev/null || { echo "make deb needs: apt install $(package_tools)" >&2; exit 1; }
	rm -rf $(staging)
	mkdir -p $(staged)
	cp -r README.md config deploy docs $(staged)
	cp -r deploy/debian $(staged)/debian
	test "$$(.build/release/dx-rotated --version)" = "$(package_version)"
	cd $(staged) && DX_ROTATED_BINARY=$(CURDIR)/.build/release/dx-rotated dpkg-buildpackage -b --no-sign
	lintian --fail-on error,warning $(staging)/dx-rotated_*.deb
	@echo "built: $$(ls $(staging)/dx-rotated_*.deb)"

# The package under a real systemd. Needs root, and `make deb` before it; with LAYER=DIR (Tests/lab/newer-systemd.sh) also
# under a newer one.
lab:
	$(SWIFT) build $(debug) --product dx-simulator
	Tests/lab/run.sh $(staging)/dx-rotated_$(package_version)_*.deb .build/debug/dx-simulator $(LAYER)

# The manual of the configuration and the journal's catalog.
reference:
	$(SWIFT) run $(debug) reference

reference-check:
	mandoc -T lint -W warning deploy/man/*
	$(SWIFT) test $(debug) --filter ReferencePagesTests
