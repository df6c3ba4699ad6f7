package parse

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestSites checks what site a referer names.
func TestSites(t *testing.T) {
	rules := DefaultRules()
	rules.Own = []string{"docs.example.org", "www.example.com", "*.example.net", "example.net", "2001:db8::1"}
	if err := rules.Read("mine", strings.NewReader("sites: [{site: our forum, hosts: [forum.example.de, '*.forum.example.de']}]")); err != nil {
		t.Fatal(err)
	}
	site := rules.sitesOf()
	for _, test := range []struct{ referer, want string }{
		{"https://news.ycombinator.com/item?id=1", "news.ycombinator.com"},
		{"HTTPS://Example.DE/", "example.de"},
		{"https://example.de", "example.de"},
		{"https://example.de?x", "example.de"},
		{"https://example.de:8443/x", "example.de"},
		{"https://example.de./x", "example.de"},
		{"https://user:secret@example.de/x", "example.de"},
		{"https://example.de/@user", "example.de"},
		{"https://www.example.de/", "example.de"},
		{"https://m.example.de/", "example.de"},
		{"https://amp.www.example.de/", "example.de"},
		{"https://en.m.wikipedia.org/wiki/Log", "wikipedia.org"},
		{"https://mobile.de/", "mobile.de"},
		{"https://m.co.uk/", "m.co.uk"},
		{"https://www.bbc.co.uk/", "bbc.co.uk"},
		{"https://www.com/", "www.com"},
		{"//example.de/x", "example.de"},
		{"example.de/x", "example.de"},
		{"http://localhost:3000/", "localhost"},
		{"http://192.0.2.7:8080/", "192.0.2.7"},
		{"http://[2001:DB8::7]:8080/", "2001:db8::7"},
		{"https://bücher.example/", "bücher.example"},
		{"https://xn--bcher-kva.example/", "xn--bcher-kva.example"},

		// One name for many hosts.
		{"https://www.google.com/", "google.com"},
		{"http://www.google.com.au/url?sa=t&q=x", "google.com"},
		{"https://www.google.co.uk/", "google.com"},
		{"https://google.de/", "google.com"},
		{"https://encrypted.google.com/", "google.com"},
		{"https://images.google.fr/", "google.com"},
		{"https://news.google.com/", "news.google.com"},
		{"https://docs.google.com/x", "docs.google.com"},
		{"https://notgoogle.com/", "notgoogle.com"},
		{"https://google.example.de/", "google.example.de"},
		{"https://m.facebook.com/", "facebook.com"},
		{"https://l.facebook.com/l.php?u=x", "facebook.com"},
		{"https://t.co/AbC", "x.com"},
		{"https://old.reddit.com/r/go", "reddit.com"},
		{"android-app://com.google.android.gm/", "mail.google.com"},
		{"android-app://com.google.android.googlequicksearchbox", "google.com"},
		{"android-app://org.example.reader/https/x", "org.example.reader"},
		{"ios-app://544007664/vnd.youtube/x", "ios-app:544007664"},
		{"https://forum.example.de/t/1", "our forum"},
		{"https://cdn.forum.example.de/", "our forum"},

		// Own hosts.
		{"https://docs.example.org/a", ""},
		{"https://DOCS.example.org:443/a", ""},
		{"https://www.docs.example.org/a", ""},
		{"https://example.org/a", "example.org"},
		{"https://example.com/a", ""},
		{"https://www.example.com/a", ""},
		{"https://a.b.example.net/", ""},
		{"https://example.net/", ""},
		{"https://notexample.net/", "notexample.net"},
		{"http://[2001:db8::1]/", ""},

		// No host at all.
		{"", ""},
		{"-", ""},
		{"about:blank", ""},
		{"data:text/html,x", ""},
		{"javascript:alert(1)", ""},
		{"https://", ""},
		{"https:///x", ""},
		{"file:///home/x", ""},
		{"word", ""},
		{"() { :;}; /bin/bash", ""},
		{"https://<script>alert(1)</script>", ""},
		{"https://exa mple.de/", ""},
		{"https://..../", ""},
		{"https://-/", ""},
		{"https://\xe4\xe5.example/", ""},
		{"http://[bad]/", ""},
	} {
		var out [1]string
		if site(test.referer, out[:]); out[0] != test.want {
			t.Errorf("site of %q is %q, want %q", test.referer, out[0], test.want)
		}
	}
}

// FuzzSite checks that any referer has the same site each time, that a site
// is its own site, and that it is valid text without blanks or slashes.
func FuzzSite(f *testing.F) {
	f.Add("https://user@www.Example.de.:80/x?y#z")
	f.Add("android-app://com.google.android.gm/")
	f.Add("http://[2001:db8::1]:80")
	site := DefaultRules().sitesOf()
	f.Fuzz(func(t *testing.T, referer string) {
		var out, again [1]string
		site(referer, out[:])
		site(referer, again[:])
		if out != again {
			t.Errorf("%q is %q, then %q", referer, out[0], again[0])
		}
		if !utf8.ValidString(out[0]) || strings.ContainsAny(out[0], " /?#@<>\"") {
			t.Errorf("site of %q is %q", referer, out[0])
		}
		if out[0] != "" && !strings.Contains(out[0], ":") {
			if site("https://"+out[0]+"/", again[:]); again != out {
				t.Errorf("site of %q is %q, whose site is %q", referer, out[0], again[0])
			}
		}
	})
}
