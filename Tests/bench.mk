# How light, how fast, how flat: measured from outside on the release binary; docs/performance.md says what is reached.

.PHONY: bench

bench: build
	@command -v nginx >/dev/null || { apt-get install --yes --no-install-recommends nginx-light \
	  || { echo "make bench needs nginx (Debian: nginx-light)" >&2; exit 1; }; }
	python3 Benchmarks/run.py --binary .build/release/dx-rotated
