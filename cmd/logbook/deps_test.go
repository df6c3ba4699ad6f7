package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// imports is the house: for each package, what it may import of ours. It is a
// statement of policy. DO NOT CHANGE THIS DATA TO MAKE A BUILD PASS; see
// ARCHITECTURE.md first.
var imports = map[string][]string{
	"logbook/frame":         {},
	"logbook/templates":     {},
	"logbook/parse":         {"logbook/frame"},
	"logbook/parse/fakelog": {"logbook/parse"},
	"logbook/report":        {"logbook/frame", "logbook/templates"},
	"logbook/cmd/logbook":   {"logbook/frame", "logbook/parse", "logbook/parse/fakelog", "logbook/report", "logbook/templates"},
}

// refused are packages of others that must never be linked, and why.
var refused = map[string]string{
	"github.com/apache/arrow/go/v17/arrow/compute":   "no aggregates, quadratic on strings",
	"github.com/apache/arrow/go/v17/parquet/pqarrow": "quadratic on strings, and it links gRPC",
}

// TestImports checks that packages import only what the house allows.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "logbook/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; seen++ {
		var pkg struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		allowed, ok := imports[pkg.ImportPath]
		if !ok {
			t.Errorf("%s: a package that the house does not have", pkg.ImportPath)
		}
		for _, imp := range pkg.Imports {
			if strings.HasPrefix(imp, "logbook/") && !slices.Contains(allowed, imp) {
				t.Errorf("%s imports %s, which the house does not allow", pkg.ImportPath, imp)
			}
		}
		for path, why := range refused {
			if slices.Contains(pkg.Deps, path) {
				t.Errorf("%s links %s: %s", pkg.ImportPath, path, why)
			}
		}
	}
	if seen != len(imports) {
		t.Errorf("go list names %d packages, the house has %d", seen, len(imports))
	}
}
