package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// example finds, in Markdown, the blocks that show a command and what it
// prints, and files to save:
//
//	```console
//	$ logbook query 'count by status' access.log
//	...
//	```
//
//	~~~~markdown mine.md
//	...
//	~~~~
var example = regexp.MustCompile("(?ms)^```console\n\\$ (.*?)\n(.*?)^```$|^~~~~markdown (\\S+)\n(.*?)^~~~~$")

// TestREADME runs the examples of README.md, in an empty folder with the
// project's sample as access.log, and compares what they print.
func TestREADME(t *testing.T) { runExamples(t, "../../README.md") }

// TestTutorial does what the tutorial says, one step after the other.
func TestTutorial(t *testing.T) { runExamples(t, "../../testdata/tutorial.md") }

// runExamples runs a document's examples in their order, in one folder; with
// -update it writes what they print into the document.
func runExamples(t *testing.T, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := exampleDir(t)
	examples := example.FindAllSubmatch(text, -1)
	if len(examples) == 0 {
		t.Fatalf("%s shows no example", path)
	}
	updated := string(text)
	for _, ex := range examples {
		if file := string(ex[3]); file != "" {
			if err := os.WriteFile(filepath.Join(dir, file), ex[4], 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		command, want := string(ex[1]), string(ex[2])
		t.Run(command, func(t *testing.T) {
			needModules(t, command)
			got := runExample(t, dir, command)
			if trim(got) != trim(want) && !*update {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
			updated = strings.Replace(updated, string(ex[0]), "```console\n$ "+command+"\n"+got+"```", 1)
		})
	}
	if *update {
		if err := os.WriteFile(path, []byte(updated), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func runExample(t *testing.T, dir, command string) string {
	t.Helper()
	sh := exec.Command("sh", "-c", command)
	sh.Dir = dir
	sh.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	var stderr bytes.Buffer
	sh.Stderr = &stderr
	got, err := sh.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	return string(got)
}

var module = regexp.MustCompile(`python3 -c ["'](?:import|from) (\w+)`)

// needModules skips a test whose command is a line of Python that needs what is
// not installed here.
func needModules(t *testing.T, command string) {
	t.Helper()
	for _, m := range module.FindAllStringSubmatch(command, -1) {
		if m[1] == "pyspark" {
			needJava(t)
		}
		if err := exec.Command("python3", "-c", "import "+m[1]).Run(); err != nil {
			t.Skipf("no %s (pip install -r testdata/requirements.txt)", m[1])
		}
	}
}

// exampleDir returns a folder that holds the sample as access.log and, as
// logbook, this test binary, which testscript makes behave as the command.
func exampleDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	unzip := exec.Command("sh", "-c", "gzip -dc ../../testdata/sample.log.gz > "+filepath.Join(dir, "access.log"))
	if out, err := unzip.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	self, err := exec.LookPath("logbook") // testscript.Main puts the command on PATH
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "logbook")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// trim takes the blanks from the ends of lines, where Markdown's editors do.
func trim(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
