package parse

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestKinds checks kind and extension of paths that sites and those who visit
// them really have.
func TestKinds(t *testing.T) {
	kinds := DefaultRules().kindsOf()
	for _, test := range []struct{ path, kind, ext string }{
		{"/", "page", ""},
		{"/index.html", "page", "html"},
		{"/INDEX.HTM", "page", "htm"},
		{"/blog/geekery/", "page", ""},
		{"/blog/geekery", "page", ""},
		{"/book/python-2.6/", "page", ""},
		{"/book/python-2.6", "page", ""},
		{"/book/python-2.6/html/p02/p02c10_adv_seq.html", "page", "html"},
		{"/book/caf%C3%A9%2Ehtml", "page", "html"},
		{"/index.php/contact/", "page", ""},
		{"/view.php", "page", "php"},
		{"/page.jsp;jsessionid=1A2B3C", "page", "jsp"},
		{"/notes.txt", "page", "txt"},
		{"/wiki/Node.js", "asset", "js"}, // only a rule of one's own can know better
		{"/cgi-bin/newcount", "page", ""},
		{"http://example.org/a/b.html", "page", "html"},

		{"/style.css", "asset", "css"},
		{"/static/app.4f3a.JS", "asset", "js"},
		{"/images/x.png", "asset", "png"},
		{"/favicon.ico", "asset", "ico"},
		{"/manifest.json", "asset", "json"},
		{"/fonts/a.woff2", "asset", "woff2"},
		{"/style2.css.map", "asset", "map"},

		{"/book/all.pdf", "download", "pdf"},
		{"/files/logstash-1.1.0.jar", "download", "jar"},
		{"/files/x.tar.gz", "download", "gz"},
		{"/podcast/12.mp3", "download", "mp3"},
		{"/data.7z", "download", "7z"},

		{"/feed/", "feed", ""},
		{"/blog/feed", "feed", ""},
		{"/rss.xml", "feed", "xml"},
		{"/blog/geekery.atom", "feed", "atom"},
		{"/feed/about.html", "page", "html"},

		{"/api/v1/users", "api", ""},
		{"/api/users.json", "api", "json"},
		{"/api", "api", ""},
		{"/graphql", "api", ""},
		{"/apiary", "page", ""},
		{"/docs/api/Index.html", "page", "html"},
		{"/api/index.html", "page", "html"},
		{"/wp-json/wp/v2/posts", "api", ""},

		{"/wp-admin/admin-ajax.php", "api", "php"},
		{"/wp/wp-admin/", "probe", ""},
		{"/wp-login.php", "probe", "php"},
		{"/blog/xmlrpc.php", "probe", "php"},
		{"//wp-includes/wlwmanifest.xml", "probe", "xml"},
		{"/.env", "probe", ""},
		{"/.git/config", "probe", ""},
		{"/app/.aws/credentials", "probe", ""},
		{"/phpMyAdmin/index.php", "probe", "php"},
		{"/solr/admin/info/system", "probe", ""},
		{"/solr/query", "page", ""},
		{"/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "probe", "php"},
		{"/cgi-bin/.%2e/.%2e/bin/sh", "probe", ""},
		{"/static/../../../etc/passwd", "probe", ""},
		{"/index.php%00.html", "probe", "html"},
		{"/backup.sql", "probe", "sql"},
		{"/boaform/admin/formLogin", "probe", ""},
		{"/${jndi:ldap://a/b}", "probe", ""},
		{"/HNAP1/", "probe", ""},
		{"/owa/auth/logon.aspx", "probe", "aspx"},

		{"/robots.txt", "other", "txt"},
		{"/sitemap.xml", "other", "xml"},
		{"/sitemap-posts.xml", "other", "xml"},
		{"/.well-known/acme-challenge/x", "other", ""},
		{"/.well-known/security.txt", "other", "txt"},
		{"/example.conf", "other", "conf"},
		{"/src/main.c", "other", "c"},
		{"*", "other", ""},
		{"example.org:443", "other", ""},
		{"\x16\x03\x01", "other", ""},
		{"", "other", ""},
	} {
		var out [2]string
		if kinds(test.path, out[:]); out[1] != test.kind || out[0] != test.ext {
			t.Errorf("%q is %s with extension %q, want %s, %q", test.path, out[1], out[0], test.kind, test.ext)
		}
	}
}

// TestOwnKinds checks that a user's kinds come before the built-in ones, and
// the first of them first.
func TestOwnKinds(t *testing.T) {
	rules := DefaultRules()
	if err := rules.Read("mine", strings.NewReader(`
kinds:
  - {kind: page, last: [Node.js], paths: [/wp-login.php]}
  - {kind: probe, extensions: [php, js], contains: [..EVIL]}
`)); err != nil {
		t.Fatal(err)
	}
	kinds := rules.kindsOf()
	for path, want := range map[string]string{
		"/wiki/node.js":     "page",
		"/wp-login.php":     "page",
		"/x/wp-login.php":   "probe",
		"/index.php":        "probe",
		"/app.js":           "probe",
		"/app.css":          "asset",
		"/x..evil/app.html": "probe",
	} {
		var out [2]string
		if kinds(path, out[:]); out[1] != want {
			t.Errorf("%s is %s, want %s", path, out[1], want)
		}
	}
}

// FuzzPath checks of any path that it has a kind, that cleaning it twice
// changes nothing more, that a clean path holds no empty or dot element, and
// that valid text stays valid.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"/a//b/./../c/", "/%2e%2E/%41%ff/100%", "http://h/a;b/c;d#e", "//", "/..", "/a%2fb/.env~"} {
		f.Add(path)
	}
	rules := DefaultRules()
	kinds := rules.kindsOf()
	known := " " + strings.Join(kindNames, " ") + " "
	f.Fuzz(func(t *testing.T, path string) {
		rules.Clutter.matches(path)
		var out [2]string
		kinds(path, out[:])
		if !strings.Contains(known, " "+out[1]+" ") || strings.ContainsAny(out[0], "./ ") {
			t.Errorf("%q is %q", path, out)
		}
		clean := cleanPath(path)
		for i, elem := range strings.Split(clean, "/") {
			if (elem == "") != (i == 0) || elem == "." || elem == ".." {
				t.Errorf("%q is cleaned to %q", path, clean)
			}
		}
		if utf8.ValidString(path) && !utf8.ValidString(clean) {
			t.Errorf("%q is cleaned to %q", path, clean)
		}
	})
}

// BenchmarkPath measures what a distinct path costs: book and chapter, ext and
// kind, clutter.
func BenchmarkPath(b *testing.B) {
	rules := DefaultRules()
	books, kinds := rules.booksOf(), rules.kindsOf()
	paths := []string{"/book/python-2.6/html/p02/p02c10_adv_seq.html", "/", "/images/logo.png", "/blog/tags/puppet", "/wp-login.php"}
	var out [2]string
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		path := paths[i%len(paths)]
		books(path, out[:])
		kinds(path, out[:])
		rules.Clutter.matches(path)
	}
}
