# logbook is built by two tools: npm brings ECharts and the list of crawlers, go
# does the rest. Without npm, "go build ./cmd/logbook" works too; the pages then
# have tables and no charts.

LOGS ?= testdata/sample.log.gz
export GOFLAGS ?= -buildvcs=false

.PHONY: build report test check static lint fuzz bench picture golden assets clean

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

# The picture in README: the top of the page of four generated weeks.
picture: build
	d=$$(mktemp -d) && ./logbook generate --from 2026-10-26 --days 28 --zone Europe/Berlin --seed 7 --lines 320000 \
		--event 'new-crawler GPTBot at 2026-11-05T00:00' \
		--event 'new-referrer https://news.ycombinator.com/item?id=4217 at 2026-11-10T15:00 for 30h' \
		--event 'burst 503 at 2026-11-12T14:00 for 70m' --event 'gap at 2026-11-14T02:00 for 100m' -o $$d/access.log && \
	SOURCE_DATE_EPOCH=1795410600 ./logbook report -q --zone Europe/Berlin --site docs.example.org -o $$d/page.html $$d/access.log && \
	PAGE=$$d/page.html go test ./report -run TestPicture -count 1; rm -r $$d

golden:
	go test ./cmd/logbook ./frame ./report -update

clean:
	rm -rf logbook report.html templates/dist/echarts.js templates/node_modules parse/rules/dist/crawlers.json
