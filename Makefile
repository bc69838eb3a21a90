.DEFAULT_GOAL := help

# Whole runs may be bounded or narrowed from outside: make test TEST_FLAGS='-run TestDesk' PACKAGES=./domain/...
PACKAGES     ?= ./...
TEST_TIMEOUT ?= 30m
TEST_FLAGS   ?=
FUZZ_TIME    ?= 20s
VERSION      ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := go run golang.org/x/vuln/cmd/govulncheck@v1.9.0

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Try it: sandbox with example data, no token and no database needed (HTTP_ADDR, DATA_DIR move it)
	@exec ./chamados sandbox

.PHONY: build
build: ## Build ./chamados
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o chamados .

.PHONY: test
test: ## Run every test with the race detector, on one PostgreSQL that is started for it
	go run ./storage/pgtest/withpostgres go test -race -timeout $(TEST_TIMEOUT) $(TEST_FLAGS) $(PACKAGES)

.PHONY: lint
lint: fmt-check vet staticcheck vulncheck ## Check formatting, go vet, staticcheck and known vulnerabilities

.PHONY: fmt-check
fmt-check:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt -w these:"; echo "$$unformatted"; exit 1; fi

.PHONY: vet
vet:
	go vet ./...

.PHONY: staticcheck
staticcheck:
	$(STATICCHECK) ./...

# The database of vulnerabilities is on the internet: without it nothing can be said, and that is said loudly.
.PHONY: vulncheck
vulncheck:
	@output=$$($(GOVULNCHECK) ./... 2>&1); code=$$?; echo "$$output"; \
	if [ $$code -ne 0 ] && echo "$$output" | grep -q 'fetching vulnerabilities'; then \
		echo '*** WARNING: the vulnerability database cannot be reached: NOTHING WAS CHECKED ***' >&2; exit 0; \
	fi; exit $$code

.PHONY: fuzz
fuzz: ## Run every fuzz test for a short while (FUZZ_TIME)
	@grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do \
		sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file" | while read -r name; do \
			echo "$$(dirname "$$file") $$name"; \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZ_TIME) -fuzzminimizetime 2s "$$(dirname "$$file")" </dev/null || exit 1; \
		done || exit 1; \
	done

.PHONY: clean
clean: ## Remove what was built (never data)
	rm -f chamados
	rm -rf bin
	go clean -testcache

# BENCH_FLAGS=-dir=/some/where keeps cluster and data for the next run and goes on where an interrupted one ended.
.PHONY: bench
bench: build ## Measure speed against PostgreSQL's own at 1,000, 100,000 and 1,000,000 tickets (some 12 minutes)
	go run ./internal/bench -json bench.json $(BENCH_FLAGS)

.PHONY: bench-quick
bench-quick: build ## The same at 100,000 tickets, in less than 3 minutes
	go run ./internal/bench -quick $(BENCH_FLAGS)

.PHONY: plans
plans: ## Explain every statement of the program among a million tickets (PLAN_TICKETS)
	PLAN_TICKETS=$(or $(PLAN_TICKETS),1000000) go run ./storage/pgtest/withpostgres go test ./storage -run TestPlans -v -timeout 30m

.PHONY: soak
soak: build ## Half an hour of mixed load, drawn to soak.svg: memory, goroutines, sizes, p99 (SOAK=30m)
	go run ./internal/bench -soak $(or $(SOAK),30m) $(BENCH_FLAGS)

.PHONY: chaos
chaos: build ## Break the program in every way for some 25 minutes; nothing lost, nothing twice (CHAOS_FLAGS='-only kill -seed 7')
	go run ./internal/chaos $(CHAOS_FLAGS)

.PHONY: deploy-check
deploy-check: ## Check the service unit, nginx's site and the alert rules with the programs that read them
	deploy/check

.PHONY: docs
docs: ## Write the generated pages of docs/ anew
	go test . -run 'TestDocsOf(Settings|TheAPI)' -update
