package parse

import "strings"

// Rules are what the derived fields follow. [DefaultRules] has the defaults;
// the zero value has no books, no clutter but empty paths, and knows no
// sites. Rules must not be changed while they are in use.
type Rules struct {
	Books   []Book   // first match wins
	Own     []string // own hosts, which are no referring sites
	Clutter Clutter
}

// DefaultRules returns the rules that logbook is built with, to be changed as
// the caller likes.
func DefaultRules() *Rules {
	return &Rules{Clutter: Clutter{
		Names: []string{"favicon.ico", "robots.txt", "index.php", "humans.txt", "a2test", "ping", "dompdf.php", "crossdomain.xml",
			"_images", "search.html", "genindex.html", "searchindex.js", "modindex.html", "py-modindex.html"},
		Extensions: []string{".png", ".js", ".css"},
	}, Books: []Book{mustBook("/book/{book}/{chapter…}"), mustBook("/homepage/books/{book}/{chapter…}")}}
}

func mustBook(pattern string) Book {
	b, err := ParseBook(pattern)
	if err != nil {
		panic(err)
	}
	return b
}

// Clutter says which paths are noise to someone who asks what is read. It is
// the path filter of the pipeline that logbook grew from, rule for rule.
type Clutter struct {
	Names      []string // of any element of the path
	Extensions []string // ends of its last element, such as ".png"
}

// matches reports whether a path is clutter: it has no names at all, or one
// of c.Names, or one of c.Extensions. Unlike books it looks at the path as
// sent, because that is what the filter it stands for does.
func (c *Clutter) matches(path string) bool {
	path = target(path)
	last, empty := "", true
	for last = range strings.SplitSeq(path, "/") {
		if last == "" {
			continue
		}
		empty = false
		for _, name := range c.Names {
			if last == name {
				return true
			}
		}
	}
	for _, ext := range c.Extensions {
		if strings.HasSuffix(last, ext) {
			return true
		}
	}
	return empty
}
