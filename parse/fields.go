package parse

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
)

// A FieldDoc describes a column for people: logbook fields prints it.
type FieldDoc struct {
	Name    string
	Type    frame.Type
	Meaning string
	From    string // the field it derives from, or what Apache and nginx call it; "" if no format string has it
	Derived bool
}

// recordFields are the texts of a record, in the order of [Field].
var recordFields = [NumFields]FieldDoc{
	Host:      {Name: "host", Meaning: "client: address or name", From: "%h, $remote_addr"},
	Ident:     {Name: "ident", Meaning: "identity as the client's own machine tells it (RFC 1413); almost never given", From: "%l"},
	User:      {Name: "user", Meaning: "user who has logged in by HTTP authentication", From: "%u, $remote_user"},
	Method:    {Name: "method", Meaning: "GET, POST …", From: "%m, $request_method"},
	Path:      {Name: "path", Meaning: "what was asked for, up to the question mark, as sent", From: "%U, $uri"},
	Query:     {Name: "query", Meaning: "what follows the question mark, as sent", From: "%q, $args"},
	Protocol:  {Name: "protocol", Meaning: "HTTP/1.1, HTTP/2.0 …", From: "%H, $server_protocol"},
	Referer:   {Name: "referer", Meaning: "address of the page that linked here, as the client tells it", From: "%{Referer}i, $http_referer"},
	Agent:     {Name: "agent", Meaning: "User-Agent, as sent", From: "%{User-Agent}i, $http_user_agent"},
	VHost:     {Name: "vhost", Meaning: "virtual host that answered, without port", From: "%v, $host"},
	Scheme:    {Name: "scheme", Meaning: "http or https", From: "$scheme"},
	Forwarded: {Name: "forwarded", Meaning: "X-Forwarded-For, as sent: the clients that proxies claim to speak for", From: "%{X-Forwarded-For}i, $http_x_forwarded_for"},
	RequestID: {Name: "request_id", Meaning: "id that the server or balancer gave the request", From: "%{UNIQUE_ID}e, $request_id"},
	Cache:     {Name: "cache", Meaning: "what the cache did: HIT, MISS …", From: "$upstream_cache_status"},
	TLS:       {Name: "tls", Meaning: "version of TLS, such as TLSv1.3", From: "%{SSL_PROTOCOL}x, $ssl_protocol"},
	Cipher:    {Name: "cipher", Meaning: "cipher suite of TLS", From: "%{SSL_CIPHER}x, $ssl_cipher"},
	Type:      {Name: "type", Meaning: "media type of the answer", From: "%{Content-Type}o, $sent_http_content_type"},
	Upstream:  {Name: "upstream", Meaning: "backend that answered", From: "$upstream_addr"},
}

var numberFields = []FieldDoc{
	{Name: "time", Type: frame.Time, Meaning: "when the request was received or, in some formats, answered", From: "%t, $time_local"},
	{Name: "offset", Type: frame.Int, Meaning: "zone of the time as logged, in minutes east of UTC", From: "%t, $time_local"},
	{Name: "status", Type: frame.Int, Meaning: "status code of the answer", From: "%>s, $status"},
	{Name: "bytes", Type: frame.Bytes, Meaning: "size of the answer's body", From: "%b, $body_bytes_sent"},
	{Name: "received", Type: frame.Bytes, Meaning: "size of the request", From: "%I, $request_length"},
	{Name: "duration", Type: frame.Duration, Meaning: "from request to answer", From: "%D, $request_time"},
	{Name: "upstream_time", Type: frame.Duration, Meaning: "how long the backend took", From: "$upstream_response_time"},
}

// derivedFields are those that all rules have, in the order of the schema.
// The others, of book patterns, follow chapter.
var derivedFields = []FieldDoc{
	{Name: "book", Meaning: "book that the path belongs to", From: "path"},
	{Name: "chapter", Meaning: "what follows the book in the path", From: "path"},
	{Name: "ext", Meaning: "extension of the path's last element, in lower case, without the dot", From: "path"},
	{Name: "kind", Meaning: "page, asset, download, feed, api, probe or other", From: "path"},
	{Name: "clutter", Type: frame.Flag, Meaning: "the path is empty, or has an excluded name or extension", From: "path"},
	{Name: "site", Meaning: "site that linked here; none for own hosts", From: "referer"},
	{Name: "who", Meaning: "person, bot or unknown", From: "agent"},
	{Name: "client", Meaning: "browser, or name of the bot", From: "agent"},
	{Name: "os", Meaning: "operating system of a person's device", From: "agent"},
	{Name: "device", Meaning: "desktop, phone, tablet, tv … of a person", From: "agent"},
	{Name: "network", Meaning: "first 24 bits of an IPv4 address, 48 of an IPv6 one", From: "host"},
	{Name: "country", Meaning: "country of the host, if an .mmdb file says", From: "host"},
	{Name: "city", Meaning: "city of the host, if an .mmdb file says", From: "host"},
	{Name: "asn", Meaning: "operator of the host's network, if an .mmdb file says: AS64496 Example Ltd", From: "host"},
	{Name: "status_class", Meaning: "2xx, 3xx …", From: "status"},
}

var placeFields = []FieldDoc{
	{Name: "file", Meaning: "log that the line is in"},
	{Name: "line", Type: frame.Int, Meaning: "number of the line in its log, from 1"},
}

// Fields describes every column that a scan with these rules can give, in the
// order of [Schema]. Nil rules are the defaults.
func Fields(rules *Rules) []FieldDoc {
	if rules == nil {
		rules = DefaultRules()
	}
	var fields []FieldDoc
	add := func(more ...FieldDoc) {
		for _, f := range more {
			if f.Type == frame.Invalid {
				f.Type = frame.Text
			}
			fields = append(fields, f)
		}
	}
	add(recordFields[:]...)
	add(numberFields...)
	derived := len(fields)
	add(derivedFields[:2]...)
	for _, name := range rules.bookColumns()[2:] {
		add(FieldDoc{Name: name, Meaning: "{" + name + "} of the book patterns", From: "path"})
	}
	add(derivedFields[2:]...)
	for i := range fields[derived:] {
		fields[derived+i].Derived = true
	}
	add(placeFields...)
	return fields
}

// Keys of the metadata that an exported schema has: the version of the schema
// itself, which changes when a column gets another name, type or meaning, and
// the [Rules.Fingerprint] that its derived columns follow.
const (
	SchemaKey = "logbook.schema"
	RulesKey  = "logbook.rules"
)

// isField reports whether every scan has a field of this name, or the cell
// language uses it for a part of the time.
func isField(name string) bool {
	has := func(f FieldDoc) bool { return f.Name == name }
	return slices.ContainsFunc(recordFields[:], has) || slices.ContainsFunc(numberFields, has) ||
		slices.ContainsFunc(derivedFields, has) || slices.ContainsFunc(placeFields, has) || slices.Contains(timeParts, name)
}

// timeParts are the names that the cell language makes of time.
var timeParts = []string{"second", "minute", "hour", "day", "week", "month", "year", "weekday", "hour_of_day"}

// Schema returns every column that a scan with these rules can give: the
// record's fields, then all derived ones, then file and line. Texts are
// dictionary<int32, utf8>, time is timestamp[µs, UTC], offset and status are
// int32, other numbers int64 with their unit under [frame.UnitKey]; flags are
// bool. All may be null. Nil rules are the defaults.
func Schema(rules *Rules) *arrow.Schema {
	docs := Fields(rules)
	fields := make([]arrow.Field, len(docs))
	for i, f := range docs {
		fields[i] = arrow.Field{Name: f.Name, Type: arrowType(f), Nullable: true}
		switch f.Type {
		case frame.Bytes, frame.Duration:
			fields[i].Metadata = arrow.NewMetadata([]string{frame.UnitKey}, []string{f.Type.String()})
		}
	}
	return arrow.NewSchema(fields, nil)
}

func arrowType(f FieldDoc) arrow.DataType {
	switch f.Type {
	case frame.Time:
		return arrow.FixedWidthTypes.Timestamp_us
	case frame.Flag:
		return arrow.FixedWidthTypes.Boolean
	case frame.Text:
		return textType
	case frame.Int:
		if f.Name != "line" {
			return arrow.PrimitiveTypes.Int32 // status, offset
		}
	}
	return arrow.PrimitiveTypes.Int64
}
