package parse

// A derivation computes columns from one text field of a record, once per
// distinct text: a worker calls it when the first of its rows has the text, and
// keeps the answer beside the text's code.
//
// Exactly one of the functions is set. They are pure and safe for concurrent
// use; a missing text is derived as "", so that clutter and who have an answer
// for it. Texts they give may be views of src, and "" stands for null: no
// derived text is empty.
//
// A column may have the name of the field it derives from (host, forwarded);
// it then stands in for that field everywhere, filters included, so that a
// policy on hosts cannot be got round.
type derivation struct {
	source  Field
	columns []string

	texts func(src string, out []string)     // one text for each of columns
	flag  func(src string) bool              // columns has one name
	daily func(src string, day int64) string // as texts, one column; only good for records of that UTC day, counted from 1970-01-01
}

// derivations returns how to make each derived column of the schema but
// status_class, which is [statusClass] of a number. What is costly to prepare
// is prepared when a function is first called. Scan asks once, and all workers
// share the answer.
func (r *Rules) derivations() []derivation {
	return append([]derivation{
		{source: Path, columns: r.bookColumns(), texts: r.booksOf()},
		{source: Path, columns: []string{"ext", "kind"}, texts: r.kindsOf()},
		{source: Path, columns: []string{"clutter"}, flag: r.Clutter.matches},
		{source: Referer, columns: []string{"site"}, texts: r.sitesOf()},
		{source: Agent, columns: agentColumns, texts: r.agentsOf()},
		r.geoDerivation(),
	}, r.hostDerivations()...)
}

var classes = [10]string{"0xx", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx", "7xx", "8xx", "9xx"}

// statusClass returns "2xx" for 204; "", which is null, for None.
func statusClass(status int32) string {
	if status < 0 || status > 999 {
		return ""
	}
	return classes[status/100]
}
