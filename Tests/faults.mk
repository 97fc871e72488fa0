# Faults on purpose: docs/reliability.md says what each found, and when.

SECONDS ?= 60
MINUTES ?= 60
SUBJECTS ?= drop-in answer environment-file json-pointer span-of-time web-token certificate state-file

.PHONY: fuzz sanitize soak

# Each subject for SECONDS; an input that shows a defect is left as .build-fuzz/SUBJECT-crash-….
fuzz: deps
	DX_ROTATED_FUZZ=1 $(SWIFT) build --scratch-path .build-fuzz --product dx-fuzz --sanitize fuzzer --configuration release \
	  -Xswiftc -enable-testing
	@for subject in $(SUBJECTS); do \
	  mkdir -p .build-fuzz/corpora/$$subject; \
	  echo "== $$subject"; \
	  DX_FUZZ_SUBJECT=$$subject SWIFT_BACKTRACE=enable=no .build-fuzz/release/dx-fuzz -max_total_time=$(SECONDS) \
	    -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=1 -verbosity=0 \
	    -artifact_prefix=.build-fuzz/$$subject- .build-fuzz/corpora/$$subject Tests/FuzzTests/Corpora/$$subject \
	    || exit 1; \
	done

# The unit tests under the address and the thread sanitizer. Leaks are left out: XCTest has one of its own.
sanitize: deps
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --disable-xctest --sanitize address --scratch-path .build-asan --skip BlackBoxTests
	$(SWIFT) test --disable-xctest --sanitize thread --scratch-path .build-tsan --skip BlackBoxTests

# The binary killed at every point where it writes its state or speaks to DX.
.PHONY: crash-points
crash-points: deps
	DX_CRASH_POINTS=all $(SWIFT) test --disable-xctest --filter BlackBoxTests.CrashPointTests

# A thousand credentials under every fault of the network, for MINUTES.
soak: deps
	DX_SOAK_MINUTES=$(MINUTES) $(SWIFT) test --disable-xctest --filter BlackBoxTests.SoakTests
