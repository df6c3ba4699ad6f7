package main

import (
	"fmt"
	"runtime"

	"logbook/parse"
	"logbook/templates"
)

// version is the release, as CHANGELOG.md has it.
const version = "0.1.0"

type versionCmd struct{}

func (versionCmd) Run(env *environment) error { //nolint:unparam // kong wants an error
	fmt.Fprintf(env.stdout, "logbook %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if _, echarts, ok := templates.ECharts(); ok {
		fmt.Fprintf(env.stdout, "charts: ECharts %s\n", echarts)
	} else {
		fmt.Fprintln(env.stdout, "charts: none, pages show tables only (this binary was built without npm; make build adds ECharts)")
	}
	if n := parse.Crawlers(); n > 0 {
		fmt.Fprintf(env.stdout, "bots: crawler-user-agents with %d patterns\n", n)
	} else {
		fmt.Fprintln(env.stdout, "bots: those of the built-in rules (built without npm; make build adds crawler-user-agents)")
	}
	return nil
}
