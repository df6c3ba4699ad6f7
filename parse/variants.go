package parse

// Variants of Common and Combined that servers and hosts are known for, which have
// a field more, less, or elsewhere. What only has more behind it is Combined.

// commonEnd and combinedEnd are Common and Combined from the request on.
const (
	commonEnd   = `"{request}" {status} {bytes}`
	combinedEnd = commonEnd + ` "{referer}" "{agent}"`
)

// inner has the virtual host among the fields of Combined: in the identity's place,
// as lighttpd's default and OVH have it, or behind the time. An identity is no
// virtual host: it has no dot.
var inner = or(lines("vhost-inside",
	`{host} {ident} {user} [{time}] {domain} `+combinedEnd+`…?`,
	`{host} {domain} {user} [{time}] `+combinedEnd+`…?`,
	`{host} {ident} {user} [{time}] "{domain}" `+combinedEnd+`…?`), Combined)

// short lacks fields that Combined begins with, or the zone, as many a log_format
// does.
var short = lines("combined-short",
	`{host} - [{time}] `+combinedEnd+`…?`,
	`{host} [{time}] `+combinedEnd+`…?`,
	`{host} - {user} - [{time}] `+combinedEnd+`…?`,
	`{site} {host} [{time}] `+combinedEnd+`…?`,
	`{host} {ident} {user} [{time:%d/%b/%Y:%H:%M:%S}] `+combinedEnd+`…?`,
	`{host} - {user} [{time}] {request} "{status}" {bytes} "{referer}" "{agent}"…?`) // of nginx's packages, once

// shortCommon is the same of Common. It is a format of its own, as a line of short
// that was cut would be one of these.
var shortCommon = lines("common-short",
	`{host} {ident} {user} [{time:%d/%b/%Y:%H:%M:%S}] `+commonEnd,
	`{host} - [{time}] `+commonEnd,
	`{host} [{time}] `+commonEnd)

// cPanel writes the month as a number, and the way of logging in, X-Forwarded-For
// and its port behind the agent.
var cpanel = lines("cpanel",
	`{host} {ident} {user} [{time:%m/%d/%Y:%H:%M:%S %z}] `+combinedEnd+` "{-}" "{proxies}" {-}`,
	`{host} {ident} {user} [{time:%m/%d/%Y:%H:%M:%S %z}] `+combinedEnd+`…?`)

// sslRequest is the ssl_request_log of Apache's own ssl.conf, which has no status.
var sslRequest = lines("ssl-request", `[{time}] {host} {tls} {cipher} "{request}" {bytes}`)

// uwsgi is what uWSGI writes if nothing else is asked for: the size of an answer
// without its header, and the time to generate it.
var uwsgi = escapedLines("uwsgi", escapeNone,
	uwsgiBegin+`{milliseconds} msecs ({protocol} {status}) …`,
	uwsgiBegin+`{microseconds} micros ({protocol} {status}) …`)

const uwsgiBegin = `[pid: {-}|app: {-}|req: {-}] {host} ({user}) {{-} vars in {received} bytes} [{time:%a %b %d %H:%M:%S %Y}] {method} {target} => generated {bytes} bytes in `
