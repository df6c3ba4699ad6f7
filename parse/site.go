package parse

import "strings"

// sitesOf returns the derivation of site from a referer. The site is the host
// of the referer in lower case, without port, www. and the like; null for own
// hosts and for what names no host: "-", about:blank, a text that spammers
// send. Hosts of apps (android-app://com.slack/) are looked up like others and
// otherwise kept, since a package's name says what it is; the numbers of
// ios-app:// keep their scheme.
func (r *Rules) sitesOf() func(referer string, out []string) {
	var own, names hostTable
	for _, host := range r.Own {
		own.add(plainHost(strings.ToLower(host)), "own")
	}
	for _, s := range r.Sites {
		names.add(s.Site, s.Site)
		for _, host := range s.Hosts {
			names.add(strings.ToLower(host), s.Site)
		}
	}
	return func(referer string, out []string) {
		host := refererHost(referer)
		plain := plainHost(host)
		switch name := names.find(plain); {
		case own.find(plain) != "" || own.find(host) != "":
			out[0] = ""
		case name != "":
			out[0] = name
		default:
			out[0] = plain
		}
	}
}

// refererHost returns the host that a referer names, in lower case, or "".
func refererHost(referer string) string {
	scheme, rest, ok := strings.Cut(referer, "://")
	if !ok {
		scheme, rest = "", strings.TrimPrefix(referer, "//")
	}
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if v6, ok := strings.CutPrefix(rest, "["); ok {
		host, _, _ := strings.Cut(v6, "]")
		if !strings.Contains(host, ":") || strings.Trim(host, "0123456789abcdefABCDEF:.") != "" {
			return ""
		}
		return strings.ToLower(host)
	}
	host, _, _ := strings.Cut(rest, ":")
	host = strings.ToLower(strings.TrimSuffix(host, ".")) // example.org. is a host's full name
	switch {
	case !isHost(host):
		return ""
	case !ok && !strings.Contains(host, "."): // a word is no host
		return ""
	case strings.EqualFold(scheme, "ios-app"):
		return "ios-app:" + host
	}
	return host
}

// isHost reports whether a text in lower case may be the name of a host:
// letters of any script, digits, dots, hyphens and, as some have them,
// underscores.
func isHost(s string) bool {
	if s == "" || s[0] == '.' || s[0] == '-' || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool { return !isHostLetter(c) && c != '.' && c != '-' && c != '_' })
}

func isHostLetter(c rune) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c >= 0xa0 && c != '\ufffd'
}

// plainHost takes the labels off a host that only say which variant of the
// site was asked: www, m, mobile, amp. What is left has a domain of its own;
// mobile.co.uk stays.
func plainHost(host string) string {
	for {
		label, rest, _ := strings.Cut(host, ".")
		switch label {
		case "www", "m", "mobile", "amp":
		default:
			return host
		}
		top := rest[strings.LastIndexByte(rest, '.')+1:]
		if top == rest || len(rest) <= 6 && len(top) == 2 { // example.org, not com or co.uk
			return host
		}
		host = rest
	}
}

// A hostTable finds hosts by patterns; the first added wins among equals, and
// exact hosts before patterns.
type hostTable struct {
	exact map[string]string
	below map[string]string // of *.example.org
	above map[string]string // of example.*
}

func (t *hostTable) add(pattern, name string) {
	if t.exact == nil {
		t.exact, t.below, t.above = map[string]string{}, map[string]string{}, map[string]string{}
	}
	m := t.exact
	if rest, ok := strings.CutPrefix(pattern, "*."); ok {
		m, pattern = t.below, rest
	} else if rest, ok := strings.CutSuffix(pattern, ".*"); ok {
		m, pattern = t.above, rest
	}
	if _, ok := m[pattern]; !ok {
		m[pattern] = name
	}
}

// find returns the name of a host, or "".
func (t *hostTable) find(host string) string {
	if name := t.exact[host]; name != "" {
		return name
	}
	for rest := host; len(t.below) > 0; {
		var ok bool
		if _, rest, ok = strings.Cut(rest, "."); !ok {
			break
		}
		if name := t.below[rest]; name != "" {
			return name
		}
	}
	if len(t.above) == 0 {
		return ""
	}
	stem, ok := cutTop(host)
	if !ok {
		return ""
	}
	return t.above[stem]
}

// cutTop takes the top-level domain off a host: com, de, or one of two parts
// such as co.uk and com.au.
func cutTop(host string) (stem string, ok bool) {
	i := strings.LastIndexByte(host, '.')
	if i < 0 {
		return "", false
	}
	stem, top := host[:i], host[i+1:]
	if j := strings.LastIndexByte(stem, '.'); j >= 0 && len(top) == 2 && len(stem)-j-1 <= 3 {
		stem = stem[:j]
	}
	return stem, true
}
