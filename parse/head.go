package parse

import "errors"

// Head returns the first bytes of a log's text, without compression: at most
// n, and at most as many as it takes to recognise a format. It leaves a stream
// alone, and returns an error for it.
func (in Input) Head(n int) ([]byte, error) {
	src := &source{Input: in}
	src.look()
	if src.err != nil {
		return nil, src.err
	}
	if !src.regular {
		return nil, errors.New(in.Name + " can be read only once")
	}
	return src.head[:min(n, len(src.head))], nil
}
