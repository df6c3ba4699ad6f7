# logbook is built by two tools: npm brings ECharts and the list of crawlers, go
# does the rest. Without npm, "go build ./cmd/logbook" works too; the pages then
# have tables and no charts.

LOGS ?= testdata/sample.log.gz
export GOFLAGS ?= -buildvcs=false

.PHONY: build report test check static lint fuzz bench golden assets clean

build: assets
	go build -o logbook ./cmd/logbook

report: build
	./logbook report -o report.html $(LOGS)

test: assets
	go test ./...

# The files that npm brings; none of them is committed.
assets: templates/dist/echarts.js

templates/dist/echarts.js: templates/package.json templates/package-lock.json templates/build.js
	cd templates && npm ci --no-audit --no-fund --silent && npm run --silent build

check: static
	go test -race ./...

# What can be said of the code without running it. npm's folder has Go files of
# others, so gofmt sees only those that are ours.
static:
	@files=$$(git ls-files '*.go' | xargs gofmt -l); test -z "$$files" || { echo "gofmt would change: $$files"; exit 1; }
	go vet ./...
	go mod tidy -diff
	$(MAKE) lint

lint:
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run

fuzz:
	@go list ./... | while read -r pkg; do \
		for f in $$(go test $$pkg -list '^Fuzz' | grep '^Fuzz'); do \
			echo "$$pkg $$f"; go test $$pkg -run '^$$' -fuzz "^$$f$$" -fuzztime $(or $(FUZZTIME),30s) || exit 1; \
		done; \
	done

bench: build
	go test ./... -run '^$$' -bench . -count $(or $(COUNT),10)

golden:
	go test ./cmd/logbook ./frame ./report -update

clean:
	rm -rf logbook report.html templates/dist/echarts.js templates/node_modules parse/rules/dist/crawlers.json
