# Years of the engine's life in virtual time: docs/reliability.md says what is checked, and what it found.

SEED ?= 1
YEARS ?= 50
CREDENTIALS ?= 20
simulate := .build/release/dx-simulate

.PHONY: simulate simulate-ci mutants $(simulate)

# Built as the daemon itself is, so that what the two share is compiled once.
$(simulate):
	$(SWIFT) build $(release) --product dx-simulate

# One scenario a year: `make simulate SEED=7 YEARS=50 CREDENTIALS=20` simulates 1,000 credential-years.
simulate: deps $(simulate)
	$(simulate) --seed $(SEED) --seeds $(YEARS) --credentials $(CREDENTIALS)

# Seeds that never change, some of them on a real state directory, then fresh ones: two minutes in all.
simulate-ci: $(simulate)
	$(simulate) --seed 1 --seconds 50 --credentials 10
	$(simulate) --seed 1 --seeds 4 --days 60 --credentials 5 --sqlite-every 1
	$(simulate) --seed $$(date +%s) --seconds 60 --credentials 10

# Deliberate faults of the engine, each of which a rule of the simulation must find.
mutants: deps
	Tests/mutants/run.py
