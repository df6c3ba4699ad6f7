package parse

// A Field is a text field of a [Record].
type Field uint8

// The text fields, named as Apache's documentation names them where it does.
const (
	Host      Field = iota // client: name, IPv4 or IPv6, without brackets or port (%h, $remote_addr)
	Ident                  // RFC 1413 identity (%l)
	User                   // authenticated user (%u, $remote_user)
	Method                 // GET, POST …
	Path                   // request target up to '?', as sent
	Query                  // request target after '?', as sent
	Protocol               // HTTP/1.1
	Referer                // as sent
	Agent                  // User-Agent, as sent
	VHost                  // virtual host that answered, without port (%v, $host, $server_name)
	Scheme                 // http, https
	Forwarded              // X-Forwarded-For, as sent
	RequestID              // id that the server or balancer gave the request
	Cache                  // cache status: HIT, MISS, TCP_MEM_HIT …
	TLS                    // TLS version: TLSv1.3
	Cipher                 // TLS cipher suite
	Type                   // media type of the answer
	Upstream               // backend that answered
	NumFields
)

// A Record is one request as its line tells it. Texts are views of the line,
// or of the parser's memory where an escape had to be undone; both are good
// until [Parser.Reset]. A nil text and a None number were not in the line, or
// were "-" there.
type Record struct {
	Text     [NumFields][]byte
	Time     int64 // µs since 1970-01-01 UTC
	Offset   int32 // the time's zone, minutes east of UTC
	Status   int32 // None if not given
	Bytes    int64 // bytes of the answer's body; None if not given or "-"
	Received int64 // bytes of the request; None if not given
	Duration int64 // µs from request to answer; None if not given
	UpTime   int64 // µs that the upstream took; None if not given
	More     bool  // the line goes on behind the fields of the format
}

// None is the value of a Record's number that the line does not give.
const None = -1 << 31
