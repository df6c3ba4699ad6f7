package parse

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/zeebo/xxh3"
)

// Rules are what the derived fields follow. [DefaultRules] has the defaults,
// and [Rules.Read] adds a user's file to them; the zero value has no books, no
// clutter but empty paths, and knows no site and no bot. Rules must not be
// changed while a scan uses them.
//
// Wherever entries compete, the first match wins.
type Rules struct {
	Books    []Book
	Own      []string // own hosts, which are no referring sites; *.example.org for all below it
	Clutter  Clutter
	Kinds    []Kind
	Sites    []Site
	Apps     []Name   // of agents that people use, whatever else they look like
	Bots     []Name   // of agents that are bots
	NotBots  []string // patterns of the embedded list of crawlers that are left out
	NoBots   bool     // nobody is taken for a bot
	Programs []Name   // that bots are made of
	Browsers []Name   // of agents that no rule takes for bots
	Systems  []Name
	Devices  []Name

	Hosts  HostPolicy
	Secret []byte   // of the hashes of HashHosts
	Geo    []*GeoDB // where hosts are; the first that knows wins
}

// Fingerprint returns a short text that differs for rules by which a path, a
// referrer or an agent may be something else.
func (r *Rules) Fingerprint() string {
	plain := *r
	plain.Books, plain.Secret, plain.Geo = nil, nil, nil
	plain.Hosts = KeepHosts // which says nothing of these
	text, err := json.Marshal(plain)
	if err != nil {
		panic(err) // it is texts only
	}
	for _, b := range r.Books {
		text = append(text, b.String()+"\n"...)
	}
	return strconv.FormatUint(xxh3.Hash(text), 16)
}

// Clutter says which paths are noise to someone who asks what is read.
type Clutter struct {
	Names      []string // of any element of the path
	Extensions []string // ends of its last element, such as ".png"
}

// A Kind gives a kind to the paths that one of its lists holds. All are in
// lower case.
type Kind struct {
	Kind       string   // page, asset, download, feed, api, probe, other
	Paths      []string // with all that lies below
	Names      []string // of any element; .* for all that begin with a dot
	Last       []string // names of the last element
	Extensions []string // of the last element, without the dot
	Contains   []string // anywhere in the path as sent
}

// A Site is one name for many hosts: exact ones, *.example.org for all below
// it, example.* for all its top-level domains.
type Site struct {
	Site  string
	Hosts []string
}

// A Name is given to agents that have a text, in whatever case. Texts shorter
// than three bytes are never found.
type Name struct {
	Name string
	Text string // "" is Name
}

func (n *Name) text() string { return lowerASCII(cmp.Or(n.Text, n.Name)) }

//go:embed rules/rules.yaml
var builtInRules []byte

// BuiltInRules returns the text of the file that DefaultRules come from, with
// all its comments: the best example of one's own.
func BuiltInRules() []byte { return bytes.Clone(builtInRules) }

// DefaultRules returns the rules that logbook is built with. The caller may
// put other lists in, but must not change the elements of these.
func DefaultRules() *Rules {
	r := defaultRules() // a copy
	return &r
}

var defaultRules = sync.OnceValue(func() (r Rules) {
	if err := r.Read("rules.yaml", bytes.NewReader(builtInRules)); err != nil {
		panic(err)
	}
	r.Browsers, r.Apps = r.Apps, nil
	return r
})

// A rulesFile is the shape of a rules file.
type rulesFile struct {
	Books    []string
	Own      []string
	Clutter  Clutter
	Kinds    []Kind
	Sites    []Site
	Bots     []Name
	NotBots  []string `yaml:"not_bots"`
	Programs []Name
	Browsers []Name
	Systems  []Name
	Devices  []Name
}

// Read puts the rules of a file, in YAML as parse/rules/rules.yaml has it,
// before those of r; books and the lists of clutter take the place of r's. An error begins
// with the file's name, says what is wrong and, where YAML is at fault, shows
// the line; r is then unchanged.
func (r *Rules) Read(name string, file io.Reader) error {
	var f rulesFile
	decoder := yaml.NewDecoder(file, yaml.Strict())
	if err := decoder.Decode(&f); err != nil && !errors.Is(err, io.EOF) { // an empty file has no rules
		return fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if !errors.Is(decoder.Decode(new(any)), io.EOF) {
		return fmt.Errorf("%s: has more than one document", name)
	}
	if err := f.check(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	books := make([]Book, len(f.Books))
	for i, pattern := range f.Books {
		var err error
		if books[i], err = ParseBook(pattern); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if f.Books != nil {
		r.Books = books
	}
	if f.Clutter.Names != nil {
		r.Clutter.Names = f.Clutter.Names
	}
	if f.Clutter.Extensions != nil {
		r.Clutter.Extensions = f.Clutter.Extensions
	}
	r.Own = slices.Concat(f.Own, r.Own)
	r.Kinds = slices.Concat(f.Kinds, r.Kinds)
	r.Sites = slices.Concat(f.Sites, r.Sites)
	r.Apps = slices.Concat(f.Browsers, r.Apps)
	r.Bots = slices.Concat(f.Bots, r.Bots)
	r.NotBots = slices.Concat(f.NotBots, r.NotBots)
	r.Programs = slices.Concat(f.Programs, r.Programs)
	r.Systems = slices.Concat(f.Systems, r.Systems)
	r.Devices = slices.Concat(f.Devices, r.Devices)
	return nil
}

// kindNames are the kinds there are.
var kindNames = []string{"page", "asset", "download", "feed", "api", "probe", "other"}

// check finds what the shape of the file does not show. It also puts what is
// looked for in paths in lower case.
func (f *rulesFile) check() error {
	for i := range f.Kinds {
		if err := f.Kinds[i].check(); err != nil {
			return fmt.Errorf("kinds, entry %d: %w", i+1, err)
		}
	}
	for i, s := range f.Sites {
		if s.Site == "" {
			return fmt.Errorf("sites, entry %d: no site", i+1)
		}
	}
	for _, list := range []struct {
		key   string
		names []Name
	}{{"bots", f.Bots}, {"programs", f.Programs}, {"browsers", f.Browsers}, {"systems", f.Systems}, {"devices", f.Devices}} {
		for i := range list.names {
			if err := list.names[i].check(); err != nil {
				return fmt.Errorf("%s, entry %d: %w", list.key, i+1, err)
			}
		}
	}
	return nil
}

func (k *Kind) check() error {
	for _, list := range [][]string{k.Paths, k.Names, k.Last, k.Extensions, k.Contains} {
		for i, text := range list {
			list[i] = lowerASCII(text)
		}
	}
	if !slices.Contains(kindNames, k.Kind) {
		return fmt.Errorf("unknown kind %q, want one of %s", k.Kind, strings.Join(kindNames, ", "))
	}
	for _, text := range k.Contains {
		if len(text) < phraseMin {
			return fmt.Errorf("contains %q, which is shorter than %d bytes", text, phraseMin)
		}
	}
	for _, path := range k.Paths {
		if !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") {
			return fmt.Errorf("path %q must begin with a slash and not end with one", path)
		}
	}
	for _, ext := range k.Extensions {
		if extension("x."+ext) != ext {
			return fmt.Errorf("extension %q: want letters and digits, without the dot", ext)
		}
	}
	return nil
}

func (n *Name) check() error {
	if n.Name == "" {
		return errors.New("no name")
	}
	if len(n.text()) < phraseMin {
		return fmt.Errorf("text %q is shorter than %d bytes", n.text(), phraseMin)
	}
	return nil
}
