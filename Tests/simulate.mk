# Years of the engine's life in virtual time.

SEED ?= 1
YEARS ?= 50
CREDENTIALS ?= 20
simulate := .build/release/dx-simulate

.PHONY: simulate simulate-ci

$(simulate): FORCE
	$(SWIFT) build --configuration release --product dx-simulate
FORCE:

# One scenario a year: `make simulate SEED=7 YEARS=50 CREDENTIALS=20` simulates 1,000 credential-years.
simulate: $(simulate)
	$(simulate) --seed $(SEED) --seeds $(YEARS) --credentials $(CREDENTIALS)

# Seeds that never change, some of them on a real state directory, then fresh ones: two minutes in all.
simulate-ci: $(simulate)
	$(simulate) --seed 1 --seconds 55 --credentials 10
	$(simulate) --seed 1 --seeds 4 --days 60 --credentials 5 --sqlite-every 1
	$(simulate) --seed $$(date +%s) --seconds 55 --credentials 10
