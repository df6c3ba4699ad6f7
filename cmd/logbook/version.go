package main

import (
	"fmt"
	"runtime"

	"logbook/templates"
)

// version is the release, as CHANGELOG.md has it.
const version = "0.1.0"

type versionCmd struct{}

func (versionCmd) Run(env *environment) error {
	fmt.Fprintf(env.stdout, "logbook %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if _, echarts, ok := templates.ECharts(); ok {
		fmt.Fprintf(env.stdout, "charts: ECharts %s\n", echarts)
	} else {
		fmt.Fprintln(env.stdout, "charts: none, pages show tables only (this binary was built without npm; make build adds ECharts)")
	}
	return nil
}
