package parse

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"

	"logbook/frame"
)

// An Input is one log: a file, or a stream that can be read once.
type Input struct {
	Name  string    // for messages, and the value of the field file
	Path  string    // of the file; "" for a stream
	R     io.Reader // the stream; nil for a file
	Tap   io.Writer // gets the text of a log as it is read, from front to end; may be nil
	Found bool      // in a directory: if it is no log, but others are, it is skipped without an error

	missing error // why there is no such input: then it is an error of the scan, which reads the others
}

// Inputs expands the arguments of a command: files, globs with **, directories
// (the logs in them and below), "-" for stdin. Files come in the order of the
// arguments, each once; a rotated set (access.log.2.gz, access.log.1,
// access.log, or access.2.log.gz, or with dates) comes together, in the order of time. An argument
// that names nothing is an input whose error the summary has; if all name
// nothing, Inputs fails.
func Inputs(args []string, stdin io.Reader) ([]Input, error) {
	var inputs []Input
	var missing []error
	for _, arg := range args {
		if arg == "-" {
			inputs = append(inputs, Input{Name: "stdin", R: stdin})
			continue
		}
		more, err := expand(arg)
		if err != nil {
			missing = append(missing, err)
			more = []Input{{Name: arg, Path: arg, missing: err}}
		}
		inputs = append(inputs, more...)
	}
	if len(missing) == len(inputs) {
		return nil, errors.Join(missing...)
	}
	return rotated(unique(inputs)), nil
}

// expand returns the files that an argument names.
func expand(arg string) ([]Input, error) {
	fi, err := os.Stat(arg)
	switch {
	case arg == "":
		return nil, unreadable(`""`, syscall.ENOENT)
	case err == nil && fi.IsDir() && !frame.IsSource(arg):
		return logsIn(arg)
	case err == nil:
		return []Input{{Name: arg, Path: arg}}, nil
	case !strings.ContainsAny(arg, "*?[{"):
		return nil, unreadable(arg, err)
	}
	paths, err := doublestar.FilepathGlob(arg, doublestar.WithFilesOnly())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", arg, err)
	}
	if len(paths) == 0 {
		return nil, unreadable(arg, syscall.ENOENT)
	}
	var inputs []Input
	for _, path := range paths {
		inputs = append(inputs, Input{Name: path, Path: path})
	}
	slices.SortFunc(inputs, func(a, b Input) int { return naturally(a.Path, b.Path) })
	return inputs, nil
}

var errNoLogs = errors.New("no logs in this directory")

// unreadable says that a path could not be read, as a *fs.PathError whose words
// are for people.
func unreadable(path string, err error) error {
	if cause, ok := errors.AsType[*fs.PathError](err); ok {
		err = cause.Err
	}
	return &fs.PathError{Op: "cannot read", Path: path, Err: err}
}

// notLogs are names that lie beside access logs and are none.
var notLogs = regexp.MustCompile(`(?i)^\.|error|\.(pid|sock|lock|pos|offset|conf|html?|json\.map|md|parquet|arrow|zip|tar|tgz|tar\.\w+)$`)

// tableNames are those of tables, as logs are exported and other tools write
// them. Beside a log they would count it twice, but a folder may have nothing
// else: then they are what is to be read. What begins with _ is no data to the
// tools that write folders, such as Spark with its _SUCCESS.
var tableNames = regexp.MustCompile(`(?i)^[^._].*\.(parquet|arrow)$`)

// logsIn returns the logs in a directory and below, or else the tables. Whether
// a file is a log is decided by its content later; only what is known not to be
// one by its name is left out here.
func logsIn(dir string) ([]Input, error) {
	var inputs, tables []Input
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".") && path != dir
		if d.IsDir() {
			if hidden {
				return filepath.SkipDir
			}
			return nil
		}
		if fi, err := os.Stat(path); err != nil || !fi.Mode().IsRegular() {
			return nil
		}
		in := Input{Name: path, Path: path, Found: true}
		if !notLogs.MatchString(d.Name()) {
			inputs = append(inputs, in)
		} else if tableNames.MatchString(d.Name()) {
			tables = append(tables, in)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	isLog := func(in Input) bool { return !strings.HasPrefix(filepath.Base(in.Path), "_") }
	if len(tables) > 0 && !slices.ContainsFunc(inputs, isLog) {
		inputs = tables
	}
	if len(inputs) == 0 {
		return nil, unreadable(dir, errNoLogs)
	}
	slices.SortFunc(inputs, func(a, b Input) int { return naturally(a.Path, b.Path) })
	return inputs, nil
}

// unique drops files that were named before.
func unique(inputs []Input) []Input {
	seen := map[string]bool{}
	return slices.DeleteFunc(inputs, func(in Input) bool {
		if in.Path == "" {
			return false
		}
		path, err := filepath.Abs(in.Path)
		if err != nil {
			path = in.Path
		}
		again := seen[path]
		seen[path] = true
		return again
	})
}

// naturally compares names with numbers in them: log.2 before log.10.
func naturally(a, b string) int {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			x, y := digitsOf(a), digitsOf(b)
			a, b = a[len(x):], b[len(y):]
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			continue
		}
		if c := cmp.Compare(a[0], b[0]); c != 0 {
			return c
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digitsOf(s string) string {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[:n]
}

var (
	packedName = regexp.MustCompile(`(?i)\.(gz|z|zst|zstd|bz2|xz)$`)
	datedName  = regexp.MustCompile(`^(.+)[.-](\d{4}-?\d\d-?\d\d(?:[-_T.]?\d{2,6})?)(\.log)?$`)
	countName  = regexp.MustCompile(`^(.+)\.(\d{1,4})(\.log)?$`) // .log stays the last with logrotate's "extension"
)

// A rotation is a file's place in a rotated set.
type rotation struct {
	set  string // path of the log that is being written
	date string // by dateext; "" else
	age  int    // 0 is being written, 1 the one before
}

func rotationOf(path string) rotation {
	path = packedName.ReplaceAllString(path, "")
	if m := datedName.FindStringSubmatch(path); m != nil {
		date := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, m[2])
		return rotation{set: m[1] + m[3], date: date, age: 1}
	}
	if m := countName.FindStringSubmatch(path); m != nil {
		age, _ := strconv.Atoi(m[2]) // at most four digits
		// The log itself may be access.log or, with date and count, older still.
		return rotation{set: m[1] + m[3], age: age + 1}
	}
	return rotation{set: path}
}

// rotated puts each rotated set in the order of time, oldest first, at the
// place of its first member.
func rotated(inputs []Input) []Input {
	place := map[string]int{}
	type placed struct {
		Input
		rotation
		place int
	}
	all := make([]placed, len(inputs))
	for i, in := range inputs {
		p := placed{Input: in, place: i}
		if in.Path != "" {
			p.rotation = rotationOf(in.Path)
			if first, ok := place[p.set]; ok {
				p.place = first
			} else {
				place[p.set] = i
			}
		}
		all[i] = p
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		if c := cmp.Compare(a.place, b.place); c != 0 {
			return c
		}
		return cmp.Or(-cmp.Compare(min(a.age, 1), min(b.age, 1)), cmp.Compare(a.date, b.date), -cmp.Compare(a.age, b.age))
	})
	for i, p := range all {
		inputs[i] = p.Input
	}
	return inputs
}
