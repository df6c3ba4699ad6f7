package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write golden files and the outputs in scripts anew")

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"logbook": main})
}

// tests clean up after all of them have run.
type tests struct{ *testing.M }

func (t tests) Run() int {
	defer removeBigLog()
	return t.M.Run()
}

// TestScripts runs the command line as users do: each file of
// testdata/script is a specification of one command or one kind of input.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SOURCE_DATE_EPOCH", "1447668600") // the same page each time
			sample, err := os.ReadFile("../../testdata/sample.log.gz")
			if err != nil {
				return err
			}
			return os.WriteFile(env.WorkDir+"/sample.log.gz", sample, 0o644)
		},
	})
}
