# Faults on purpose: docs/reliability.md says what each found, and when.

SECONDS ?= 60
MINUTES ?= 60
SUBJECTS ?= drop-in answer environment-file json-pointer span-of-time web-token certificate state-file

.PHONY: fuzz sanitize soak

# Each subject for SECONDS, two at a time; an input that shows a defect is left as .build-fuzz/SUBJECT-crash-….
fuzz: deps
	DX_ROTATED_FUZZ=1 $(SWIFT) build --scratch-path .build-fuzz --product dx-fuzz --sanitize fuzzer --configuration release \
	  -Xswiftc -enable-testing
	@printf '%s\n' $(SUBJECTS) | xargs -P 2 -I SUBJECT Tests/fuzz.sh SUBJECT $(SECONDS)

# The unit tests under the address and the thread sanitizer, but for the modules that only decide: they have no pointer and no
# thread. One test at a time, because limits of time count from when all of them start. Leaks are left out: what a process ends
# with is no leak.
sanitized := test --disable-xctest $(debug) --no-parallel --skip 'BlackBoxTests|ClusterSharingTests|RotationEngineTests'

sanitize: deps
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) $(sanitized) --sanitize address --scratch-path .build-asan
	$(SWIFT) $(sanitized) --sanitize thread --scratch-path .build-tsan

# The binary killed at every point where it writes its state or speaks to DX; its state damaged at 300 random places.
.PHONY: crash-points
crash-points: deps
	DX_CRASH_POINTS=all $(SWIFT) test --disable-xctest $(debug) --filter 'CrashPointTests|DamagedStateTests'

# A thousand credentials under every fault of the network, for MINUTES.
soak: deps
	DX_SOAK_MINUTES=$(MINUTES) $(SWIFT) test --disable-xctest $(debug) --filter BlackBoxTests.SoakTests
