package parse

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

func text(f Field) value { return value{kind: kText, field: f} }

func ranked(rank int8, v value) value { v.rank = rank; return v }

func amount(s slot) value { return value{kind: kSize, slot: s} }

// apacheDirectives are the letters of mod_log_config. What is known but tells
// nothing of use is skipped.
var apacheDirectives = map[string]value{
	"h": ranked(3, value{kind: kHost}), "a": ranked(2, value{kind: kHost}),
	"l": text(Ident), "u": text(User), "t": {kind: kCLF, rank: 3},
	"r": ranked(3, value{kind: kRequest}), "m": text(Method), "U": text(Path), "q": {kind: kQuery}, "H": text(Protocol),
	"s": {kind: kStatus}, "b": ranked(3, amount(slotBytes)), "B": ranked(3, amount(slotBytes)), "O": amount(slotBytes),
	"I": amount(slotReceived), "D": {kind: kDecimal, slot: slotDuration, rank: 3}, "T": {kind: kDecimal, slot: slotDuration, shift: 6, rank: 1},
	"v": ranked(2, value{kind: kVHost}), "V": ranked(1, value{kind: kVHost}), "L": ranked(1, text(RequestID)),
	"A": {}, "S": {}, "f": {}, "k": {}, "p": {}, "P": {}, "R": {}, "X": {}, "E": {}, "^ti": {}, "^to": {}, "^FB": {}, "^FU": {},
	"C": {}, "e": {}, "i": {}, "n": {}, "o": {}, "x": {},
}

const knownApache = "%a %A %B %b %C %D %e %f %h %H %i %I %k %l %L %m %n %o %O %p %P %q %r %R %s %S %t %T %u %U %v %V %x %X"

// headers are the request headers that matter, in lower case, as Apache's
// %{…}i and nginx's $http_… name them. A request need not have any of them.
var headers = map[string]value{
	"referer": text(Referer), "user-agent": text(Agent), "host": ranked(1, value{kind: kVHost}),
	"x-forwarded-host": {kind: kVHost}, "x-forwarded-proto": {kind: kScheme, field: Scheme},
	"x-forwarded-for": {kind: kForward}, "x-real-ip": clientHeader, "cf-connecting-ip": clientHeader,
	"true-client-ip": clientHeader, "x-request-id": text(RequestID), "x-correlation-id": text(RequestID),
}

var clientHeader = value{kind: kHost, rank: 1, part: '?'}

// answerHeaders are those of the response: %{…}o and $sent_http_….
var answerHeaders = map[string]value{
	"content-type": text(Type), "x-cache": text(Cache), "x-cache-status": text(Cache), "x-request-id": text(RequestID),
}

// apacheVariables are environment, note and SSL variables: %{…}e, %{…}n, %{…}x.
var apacheVariables = map[string]value{
	"UNIQUE_ID": text(RequestID), "BALANCER_WORKER_NAME": text(Upstream), "SSL_PROTOCOL": text(TLS), "SSL_CIPHER": text(Cipher),
	"REQUEST_SCHEME": {kind: kScheme, field: Scheme}, "HTTPS": {kind: kScheme, field: Scheme},
}

// nginxVariables are those that fill a field. nginx has many more, modules
// add theirs, and any configuration may define its own: they are skipped.
var nginxVariables = map[string]value{
	"remote_addr": ranked(3, value{kind: kHost}), "realip_remote_addr": ranked(2, value{kind: kHost}), "remote_user": text(User),
	"proxy_protocol_addr": ranked(2, value{kind: kHost}), "remote_port": {}, "server_port": {}, "server_addr": {}, "connection": {},
	"connection_requests": {}, "pipe": {}, "gzip_ratio": {}, "pid": {}, "hostname": {},
	"time_local": ranked(1, value{kind: kCLF}), "time_iso8601": ranked(2, value{kind: kISO}), "msec": {kind: kEpoch, shift: 6, rank: 3},
	"request": ranked(3, value{kind: kRequest}), "request_method": text(Method), "request_uri": ranked(2, value{kind: kTarget}),
	"uri": text(Path), "document_uri": text(Path), "args": text(Query), "query_string": text(Query), "is_args": {}, "server_protocol": text(Protocol),
	"status": {kind: kStatus}, "body_bytes_sent": ranked(2, amount(slotBytes)), "bytes_sent": ranked(1, amount(slotBytes)),
	"request_length": amount(slotReceived), "request_time": {kind: kDecimal, slot: slotDuration, shift: 6},
	"upstream_response_time": {kind: kSum, slot: slotUpTime, shift: 6, rank: 3}, "upstream_header_time": {kind: kSum, slot: slotUpTime, shift: 6, rank: 1},
	"upstream_connect_time": {kind: kSum, discard: true}, "upstream_addr": ranked(2, text(Upstream)), "proxy_host": text(Upstream),
	"upstream_status": {}, "upstream_response_length": {}, "upstream_bytes_received": {},
	"upstream_cache_status": text(Cache), "host": ranked(3, value{kind: kVHost}), "server_name": ranked(2, value{kind: kVHost}),
	"scheme": ranked(1, value{kind: kScheme, field: Scheme}), "https": {kind: kScheme, field: Scheme},
	"request_id": ranked(2, text(RequestID)), "ssl_protocol": text(TLS), "ssl_cipher": text(Cipher), "content_type": {},
	"proxy_add_x_forwarded_for": {kind: kForward},
	// Of the Ingress controller of Kubernetes, and of GitLab.
	"the_real_ip": ranked(2, value{kind: kHost}), "req_id": ranked(1, text(RequestID)),
	"filtered_request_uri": ranked(1, value{kind: kTarget}), "filtered_http_referer": text(Referer),
}

// nginxUnread are variables of nginx's own that look like a slip of the pen in
// another one.
const nginxUnread = "http2 http3 proxy_port ssl_ciphers"

// Compile makes a format of a layout as the web server has it in its
// configuration: the string of an Apache LogFormat or CustomLog, or of an
// nginx log_format, alone or with the whole directive around it.
//
// An error names the place and lists what is known there.
func Compile(directive string) (Format, error) {
	name, text, esc, err := unwrap(directive)
	if err != nil {
		return nil, fmt.Errorf("layout: %w", err)
	}
	lex := apacheTokens
	if i := strings.IndexByte(text, '$'); i >= 0 && i+1 < len(text) && (isNginxName(text[i+1]) || text[i+1] == '{') {
		lex = nginxTokens
	}
	tokens, err := lex(strings.TrimSuffix(strings.TrimSuffix(text, "\n"), `\n`))
	if err != nil {
		return nil, fmt.Errorf("layout: %w", err)
	}
	g, err := compile(join(tokens), esc, false)
	if err != nil {
		return nil, fmt.Errorf("layout %q: %w", text, err)
	}
	return &layout{name: name, first: g}, nil
}

// joints are values that stand together as a URL, as host:port or as a number,
// because nothing else tells where the one ends and the next begins:
// $scheme://$host$request_uri, %U%q, $uri$is_args$args, $remote_addr:$remote_port,
// %{sec}t.%{msec_frac}t. Literals have a = in front.
var joints = []struct {
	parts string
	as    value
}{
	{"scheme =:// vhost =: skip target", value{kind: kTarget, part: 'a'}},
	{"scheme =:// vhost target", value{kind: kTarget, part: 'a'}},
	{"vhost =: skip target", value{kind: kTarget, part: 'h'}},
	{"vhost target", value{kind: kTarget, part: 'h'}},
	{"path skip query", value{kind: kTarget}},
	{"path ?query", value{kind: kTarget}},
	{"host =: skip", value{kind: kHostPort}},
	{"epoch =. fraction", value{kind: kEpoch, shift: 6, rank: 4}},
}

// join makes one value of those of each joint. What it has made may be part of
// another one.
func join(tokens []token) []token {
	var joined []token
	for _, t := range tokens {
		joined = append(joined, t)
		for i := 0; i < len(joints); i++ {
			parts := strings.Fields(joints[i].parts)
			from := len(joined) - len(parts)
			if from < 0 || !slices.EqualFunc(joined[from:], parts, token.is) {
				continue
			}
			as := joints[i].as
			for _, part := range joined[from:] {
				if part.value.kind == kTarget || part.value.kind == kHost {
					as.rank = part.value.rank
				}
			}
			joined = append(joined[:from], token{value: as})
			i = -1 // it may be part of another
		}
	}
	return joined
}

// is tells whether a token is what a joint calls so.
func (t token) is(part string) bool {
	if t.literal != "" {
		return part == "="+t.literal
	}
	switch t.value.kind {
	case kSkip:
		return part == "skip"
	case kEpoch:
		return part == "epoch" && t.value.shift == 6
	case kPart:
		return part == "fraction" && (t.value.part == partMilli || t.value.part == partMicro)
	case kScheme:
		return part == "scheme"
	case kVHost:
		return part == "vhost"
	case kHost:
		return part == "host"
	case kQuery:
		return part == "?query"
	case kTarget:
		return part == "target" && t.value.part == 0
	case kText:
		return part == "path" && t.value.field == Path || part == "query" && t.value.field == Query
	}
	return false
}

// unwrap takes the layout's text out of the directive it was pasted with:
// quotes, backslashes, the pieces that nginx joins, the nickname.
func unwrap(directive string) (name, text string, esc escape, err error) {
	name = "layout"
	s := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(directive), ";"))
	if s == "" {
		return name, "", esc, errors.New("it is empty")
	}
	word, rest := cutWord(s)
	switch strings.ToLower(word) {
	case "customlog", "globallog", "transferlog":
		s = afterWord(strings.TrimSpace(rest)) // where the log goes
	case "logformat", "log_format":
		s = rest
	default:
		if !isArguments(s) {
			return name, strings.ReplaceAll(directive, `\"`, `"`), esc, nil
		}
	}
	var pieces []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if s[0] == '"' || s[0] == '\'' {
			piece, rest, ok := cutQuoted(s)
			if !ok {
				return name, "", esc, fmt.Errorf("%s has no closing quote", s)
			}
			pieces, s = append(pieces, piece), rest
			continue
		}
		word, rest := cutWord(s)
		switch s = rest; {
		case strings.HasPrefix(word, "escape="):
			if esc, err = escapeNamed(word[len("escape="):]); err != nil {
				return name, "", esc, err
			}
		case strings.ContainsAny(word, "%$") && len(pieces) == 0:
			pieces = append(pieces, word)
		case !strings.ContainsAny(word, "/|=") && name == "layout":
			name = word
		}
	}
	if len(pieces) == 0 {
		return name, "", esc, fmt.Errorf("no format string in %q", directive)
	}
	return name, strings.Join(pieces, ""), esc, nil
}

// afterWord takes a word or a quoted string off the start of s.
func afterWord(s string) string {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if _, rest, ok := cutQuoted(s); ok {
			return rest
		}
	}
	_, rest := cutWord(s)
	return rest
}

// cutWord takes a word off the start of s, and the blank or the end of the line
// behind it: nginx's directives go on for lines.
func cutWord(s string) (word, rest string) {
	if i := strings.IndexAny(s, " \t\r\n"); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// isArguments tells whether s is what follows the name of a directive: one string
// in quotes, or several as nginx joins them, perhaps with a nickname or escape=
// beside them. In double quotes several are fields of a layout.
func isArguments(s string) bool {
	strs := 0
	for s != "" {
		if s[0] == '\'' || s[0] == '"' && strs == 0 {
			_, rest, ok := cutQuoted(s)
			if !ok {
				return false
			}
			s = strings.TrimSpace(rest)
			strs++
			continue
		}
		word, rest := cutWord(s)
		if strings.ContainsAny(word, `%$"'`) {
			return false
		}
		s = strings.TrimSpace(rest)
	}
	return strs > 0
}

// cutQuoted takes a quoted string off the start of s and its backslashes away.
func cutQuoted(s string) (piece, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == s[0]:
			return b.String(), s[i+1:], true
		case c == '\\' && i+1 < len(s) && strings.IndexByte(`"'\`, s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		case c == '\\' && i+1 < len(s) && s[i+1] == 't':
			i++
			b.WriteByte('\t')
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

func escapeNamed(name string) (escape, error) {
	switch name {
	case "default":
		return escapeBackslash, nil
	case "json":
		return escapeJSON, nil
	case "none":
		return escapeNone, nil
	}
	return 0, fmt.Errorf("unknown escape=%s, want one of default, json, none", name)
}

// apacheTokens cuts a LogFormat string at its directives:
// %, conditions (!200,304), < or >, {argument}, letter.
func apacheTokens(s string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(s); {
		if s[i] != '%' {
			next := strings.IndexByte(s[i:], '%')
			if next < 0 {
				next = len(s) - i
			}
			tokens = append(tokens, token{literal: unbackslash(s[i : i+next])})
			i += next
			continue
		}
		n, more, err := apacheDirective(s[i:])
		if err != nil {
			return nil, fmt.Errorf("%w, at character %d of %q", err, i+1, s)
		}
		tokens, i = append(tokens, more...), i+n
	}
	return tokens, nil
}

// unbackslash undoes what Apache understands inside a LogFormat.
func unbackslash(s string) string { return strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(s) }

// apacheDirective reads the directive at the start of s and returns its length.
func apacheDirective(s string) (int, []token, error) {
	i := 1 + len(s[1:]) - len(strings.TrimLeft(s[1:], "!0123456789,"))
	final := false // of requests that were redirected internally
	for i < len(s) && (s[i] == '<' || s[i] == '>') {
		final = s[i] == '>'
		i++
	}
	arg, braced := "", false
	if i < len(s) && s[i] == '{' {
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return 0, nil, fmt.Errorf("%s has no closing brace", s)
		}
		arg, braced, i = s[i+1:i+end], true, i+end+1
	}
	if i >= len(s) {
		return 0, nil, fmt.Errorf("%s ends in the middle of a directive, known are %s", s, knownApache)
	}
	letter := s[i : i+1]
	if letter == "%" && i == 1 {
		return 2, []token{{literal: "%"}}, nil
	}
	if letter == "^" && len(s) >= i+3 {
		letter = s[i : i+3]
	}
	i += len(letter)
	v, ok := apacheDirectives[letter]
	if !ok {
		return 0, nil, fmt.Errorf("unknown directive %s, known are %s", s[:i], knownApache)
	}
	if letter == "s" && final {
		v.rank = 1
	}
	if !braced {
		if letter == "t" {
			return i, []token{{literal: "["}, {value: v}, {literal: "]"}}, nil
		}
		return i, []token{{value: v}}, nil
	}
	tokens, err := apacheArgument(letter, arg, v)
	return i, tokens, err
}

// apacheArgument says what a directive with braces stands for.
func apacheArgument(letter, arg string, v value) ([]token, error) {
	switch letter {
	case "i":
		v = headers[strings.ToLower(arg)]
	case "o":
		v = answerHeaders[strings.ToLower(arg)]
	case "e", "n", "x":
		v = apacheVariables[arg]
	case "a", "h":
		v.rank = 1 // %{c}a, the peer, where the client is known too
	case "T":
		units := map[string]int8{"s": 6, "ms": 3, "us": 0}
		shift, ok := units[arg]
		if !ok {
			return nil, fmt.Errorf("unknown unit %%{%s}T, known are s, ms, us", arg)
		}
		v.shift, v.rank = shift, 3-shift/3
	case "t":
		return apacheTime(arg)
	}
	return []token{{value: v}}, nil
}

// apacheTime reads the argument of %{…}t.
func apacheTime(arg string) ([]token, error) {
	arg = strings.TrimPrefix(strings.TrimPrefix(arg, "begin:"), "end:")
	one := func(v value) []token { return []token{{value: v}} }
	switch arg {
	case "", "begin", "end":
		return []token{{literal: "["}, {value: value{kind: kCLF, rank: 3}}, {literal: "]"}}, nil
	case "sec":
		return one(value{kind: kEpoch, shift: 6, rank: 2}), nil
	case "msec":
		return one(value{kind: kEpoch, shift: 3, rank: 4}), nil
	case "usec":
		return one(value{kind: kEpoch, rank: 5}), nil
	case "msec_frac":
		return one(value{kind: kPart, part: partMilli}), nil
	case "usec_frac":
		return one(value{kind: kPart, part: partMicro}), nil
	}
	return strftime(arg)
}

func isNginxName(c byte) bool {
	return c == '_' || c-'0' <= 9 || c-'a' <= 25 || c-'A' <= 25
}

// nginxTokens cuts a log_format string at its variables: $name or ${name}.
func nginxTokens(s string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(s); {
		at := strings.IndexByte(s[i:], '$')
		if at != 0 {
			if at < 0 {
				at = len(s) - i
			}
			tokens = append(tokens, token{literal: s[i : i+at]})
			i += at
			continue
		}
		start, end := i+1, i+1
		if start < len(s) && s[start] == '{' {
			start, end = start+1, end+1
		}
		for end < len(s) && isNginxName(s[end]) {
			end++
		}
		name, next := s[start:end], end
		if name == "" || s[start-1] == '{' && (end == len(s) || s[end] != '}') {
			return nil, fmt.Errorf("a variable without a name at character %d of %q", i+1, s)
		} else if s[start-1] == '{' {
			next++
		}
		v, err := nginxVariable(name)
		if err != nil {
			return nil, fmt.Errorf("%w, at character %d of %q", err, i+1, s)
		}
		tokens, i = append(tokens, token{value: v}), next
	}
	return tokens, nil
}

// nginxVariable looks a variable up. A name of nobody's is one that the
// configuration defines, unless it looks like a slip of the pen.
func nginxVariable(name string) (value, error) {
	if v, ok := nginxVariables[name]; ok {
		return v, nil
	}
	dashed := strings.ReplaceAll(name, "_", "-")
	if h, ok := strings.CutPrefix(dashed, "http-"); ok {
		return headers[h], nil
	}
	for _, prefix := range []string{"sent-http-", "upstream-http-"} {
		if h, ok := strings.CutPrefix(dashed, prefix); ok {
			return answerHeaders[h], nil
		}
	}
	if near := nearest(name, sortedKeys(nginxVariables)); near != "" && !slices.Contains(strings.Fields(nginxUnread), name) {
		return value{}, fmt.Errorf("unknown variable $%s, did you mean $%s? Known are $%s, $http_… and $sent_http_…",
			name, near, strings.Join(sortedKeys(nginxVariables), " $"))
	}
	return value{}, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// nearest returns the name that is at most two slips away from the given one,
// the nearest and first of them, or "".
func nearest(name string, names []string) string {
	best, at := "", 3
	for _, n := range names {
		if d := slips(name, n); d < at && d < len(name)/2 {
			best, at = n, d
		}
	}
	return best
}

// slips counts the letters to insert, drop or change to make b of a.
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
