package parse

// rawTexts are a field's texts as their server wrote them, with something done to
// them that is to be undone. The agents of IIS have plus signs for blanks: most
// lines have one, and a log few of them, so that each is undone when it is met
// first and not line by line.
type rawTexts struct {
	texts *dictionary // verbatim
	codes []int32     // by their codes + 1: those of what they stand for; -1 is null, unknownCode not known yet
	of    *dictionary // that these are of
}

func newRawTexts(of *dictionary) *rawTexts {
	texts := newLexicon()
	texts.verbatim = true
	return &rawTexts{texts: texts.dictionary(), codes: []int32{-1}, of: of}
}

// intern is [dictionary.intern] for texts of the rows that are raw if they are in
// the block, and as they are to be if they are not.
func (t *rawTexts) intern(r *rows, f Field, codes []int32) (nulls int) {
	views := r.views[f][:len(codes)]
	nulls = t.texts.intern(r, views, codes)
	t.codes = extendTo(t.codes, t.texts.len()+1, unknownCode)
	for i, raw := range codes {
		code := t.codes[raw+1]
		switch {
		case views[i].start < 0:
			code = t.of.codeOfBytes(r.words(views[i]).bytes())
		case code == unknownCode:
			code = t.of.codeOfBytes(r.undo(f, t.texts.at(raw)))
			t.codes[raw+1] = code
		}
		codes[i] = code
	}
	return nulls
}
