package parse

// reasons are the words for each [Reason], in messages and on the page. They
// are documented in README.md.
var reasons = [NumReasons]string{
	OK:        "ok",
	Blank:     "blank or comment",
	TooFew:    "too few fields",
	BadTime:   "no such time",
	BadStatus: "malformed status",
	BadSize:   "malformed size",
	BadQuote:  "quoted field does not end, or something stands between fields",
	BadHost:   "malformed client address",
	BadNumber: "malformed number",
	BadJSON:   "malformed JSON",
	TooLong:   "line longer than 1 MiB",
	Binary:    "binary data",
	Cut:       "cut off by damage to the file",
}

// String returns the reason in words.
func (r Reason) String() string { return reasons[r] }
