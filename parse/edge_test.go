package parse

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// edgeDiffers lists where logbook and the reference pipeline read an edge case
// differently, and why logbook is right. What is not listed must agree.
var edgeDiffers = map[string]string{
	// Rejected here, a record there.
	"host only dots":            "reject: no client has such an address",
	"host 999.1":                "reject: no client has such an address",
	"status 99999":              "reject: a status has three digits",
	"status 0":                  "reject: a status has three digits",
	"bytes negative":            "reject: there is no such size",
	"bytes junk":                "reject: there is no such size",
	"trailing garbage no space": "reject: the line is damaged",
	"two records on one line":   "reject: the line is damaged, and which of the two is whole nobody knows",

	// Fields that differ.
	"empty UA then extra field":           `agent: the reference takes the quotes around the empty agent for it`,
	"UA with escaped quote":               `agent: the reference cuts it at the escaped quote`,
	"UA with raw quote":                   `agent: the reference cuts it at the raw quote`,
	"request containing \\\" 200 5 trick": `request: the reference lets the client write the status`,
	"referer escaped quote":               `escape undone`,
	"request escaped quote":               `escape undone`,
	"TLS bytes escaped":                   `escape undone; bytes of TLS are no method`,
	"backslash":                           `escape undone: \\b is one`,

	// Requests that the reference takes apart at any blank, and targets that it takes apart as URLs.
	"spaces in path collapse":   "path: as sent",
	"tab in path":               "path: as sent",
	"vertical tab in path":      "path: as sent",
	"FS \\x1c in path":          "path: as sent",
	"leading ctl in url":        "path: as sent",
	"///book/x":                 "path: as sent",
	"non-ascii utf8 (raw)":      "path: as sent; the reference reads ASCII, and loses the file to this line",
	"//book/x (netloc trap)":    "path: as sent, not a host's name",
	"query+fragment+params":     "path: parameters belong to it",
	"ext .js;param":             "path: parameters belong to it",
	"absolute form":             "query: the fragment belongs to it",
	"CONNECT host:443":          "path: as sent, not a scheme",
	"scheme-like path a:b":      "path: as sent, not a scheme",
	"javascript:":               "path: as sent, not a scheme",
	"HTTP/0.9 two words":        "the second word is the path, not the protocol",
	"no protocol w/ space path": "no protocol",
	"one word":                  "no protocol",
}

// TestEdge checks that each edge case is read as the reference reads it,
// wherever the reference reads it at all.
func TestEdge(t *testing.T) {
	p := Combined.NewParser(nil)
	agreed, seen := 0, map[string]bool{}
	for _, c := range edgeCases(t) {
		if strings.HasPrefix(c.Note, "very long") {
			c.Line = strings.Replace(c.Line, "…", `a HTTP/1.1" 200 10 "-" "x"`, 1) // the verdicts have it shortened
			c.Access.Request, c.Access.Agent = "", "x"
			c.Details.URL[2] = strings.Fields(c.Line)[6]
		}
		var r Record
		reason := p.Parse([]byte(strings.TrimSuffix(c.Line, "\r")), &r)
		if !c.Match {
			continue // the reference has no answer
		}
		differs, why := edgeDiffers[c.Note]
		seen[c.Note] = seen[c.Note] || why
		got := edgeRecord(&r)
		if reason != OK {
			got = fmt.Sprint("rejected for reason ", reason)
		}
		want := edgeWant(&c)
		switch {
		case got == want && why:
			t.Errorf("%s: no difference, but listed as one: %s", c.Note, differs)
		case got != want && c.Exception != "":
			// The reference gives up on the whole file.
		case got != want && !why:
			t.Errorf("%s: %s\n got %s\nwant %s", c.Note, c.Line, got, want)
		case got == want:
			agreed++
		}
	}
	for note := range edgeDiffers {
		if !seen[note] {
			t.Errorf("a difference is listed that is not among the cases: %s", note)
		}
	}
	if agreed < 50 {
		t.Errorf("%d cases agree, want 50 at least", agreed)
	}
}

// edgeRecord writes what the reference knows of a record.
func edgeRecord(r *Record) string {
	return fmt.Sprintf("host=%s ident=%s user=%s time=%s status=%s bytes=%s method=%s path=%s query=%s protocol=%s referer=%s agent=%s",
		or0(r.Text[Host]), or0(r.Text[Ident]), or0(r.Text[User]), time.UnixMicro(r.Time).UTC().Format(time.RFC3339), orNone(int64(r.Status)), orNone(r.Bytes),
		or0(r.Text[Method]), r.Text[Path], r.Text[Query], or0(r.Text[Protocol]), or0(r.Text[Referer]), or0(r.Text[Agent]))
}

func or0(text []byte) string {
	if text == nil {
		return "-"
	}
	return string(text)
}

func orNone(n int64) string {
	if n == None {
		return "-"
	}
	return fmt.Sprint(n)
}

func edgeWant(c *edgeCase) string {
	a := c.Access
	if c.Details == nil {
		return "an exception: " + c.Exception
	}
	at, err := time.Parse("2006-01-02T15:04:05-07:00", c.Details.Time)
	if err != nil {
		if at, err = time.Parse("2006-01-02T15:04:05-07:00:00", c.Details.Time); err != nil {
			return err.Error()
		}
	}
	return fmt.Sprintf("host=%s ident=%s user=%s time=%s status=%s bytes=%s method=%s path=%s query=%s protocol=%s referer=%s agent=%s",
		a.Host, a.Identity, a.User, at.UTC().Format(time.RFC3339), a.Status, a.Bytes,
		c.Details.Method, c.Details.URL[2], c.Details.URL[4], c.Details.Protocol, a.Referer, a.Agent)
}
