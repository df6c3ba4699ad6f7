package main

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"

	"logbook/frame"
	"logbook/parse"
)

// A signature is a Writer that keeps of a text that goes through it what tells
// one log from another: sums of its beginnings, as long as powers of two and as
// long as logs that are known, and the sum of the whole.
type signature struct {
	hash   hash.Hash
	length int64
	stops  []int64 // lengths that are still to come
	sums   map[int64]string
}

// Logs are suspected to be the same by sums of leastHead to mostHead bytes.
const (
	leastHead = 64
	mostHead  = 4096
)

func newSignature(known []frame.ManifestLog) *signature {
	s := &signature{hash: sha256.New(), sums: map[int64]string{}}
	for n := int64(leastHead); n < 1<<50; n *= 2 {
		s.stops = append(s.stops, n)
	}
	for _, k := range known {
		s.stops = append(s.stops, k.Text)
	}
	slices.Sort(s.stops)
	s.stops = slices.Compact(s.stops)
	return s
}

// Write never fails.
func (s *signature) Write(text []byte) (int, error) {
	n := len(text)
	for len(s.stops) > 0 && s.stops[0] <= s.length+int64(len(text)) {
		part := text[:s.stops[0]-s.length]
		s.add(part)
		text = text[len(part):]
		s.sums[s.length] = s.sum()
		s.stops = s.stops[1:]
	}
	s.add(text)
	return n, nil
}

func (s *signature) add(text []byte) {
	s.hash.Write(text)
	s.length += int64(len(text))
}

func (s *signature) sum() string { return shortSum(s.hash) }

func shortSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:8]) }

// heads are the sums of the beginnings by which logs are suspected.
func (s *signature) heads() (sums []string) {
	for n := int64(leastHead); n <= min(mostHead, s.length); n *= 2 {
		sums = append(sums, s.sums[n])
	}
	return sums
}

// id names a log: by its first 4 KiB, so that the name stays while it grows; by
// more if other logs begin so too.
func (s *signature) id(known []frame.ManifestLog) string {
	for n := int64(mostHead); n <= s.length; n *= 2 {
		if id := s.sums[n]; !slices.ContainsFunc(known, func(k frame.ManifestLog) bool { return k.ID == id }) {
			return id
		}
	}
	return s.sum() // a log that has this name begins with all of this text, see settle
}

// begins returns the longest of the known logs with all of whose text this
// text begins, or nil.
func (s *signature) begins(known []frame.ManifestLog) (longest *frame.ManifestLog) {
	for i := range known {
		if k := &known[i]; s.sums[k.Text] == k.Sum && (longest == nil || k.Text > longest.Text) {
			longest = k
		}
	}
	return longest
}

// resembles reports whether a longer log may begin with this text.
func (s *signature) resembles(k *frame.ManifestLog) bool {
	heads := s.heads()
	n := min(len(heads), len(k.Heads))
	return s.length < k.Text && (n == 0 || heads[n-1] == k.Heads[n-1])
}

// endsOf returns the size of a file and a sum of its first and last bytes. A
// log is appended to and not changed, and the last bytes of a compressed one
// are a sum of it, so that equal ends are the same log.
func endsOf(path string) (size int64, sum string, err error) {
	fi, err := os.Stat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return 0, "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	for _, from := range []int64{0, max(0, fi.Size()-mostHead)} {
		if _, err := io.Copy(h, io.NewSectionReader(f, from, mostHead)); err != nil {
			return 0, "", err
		}
	}
	return fi.Size(), shortSum(h), nil
}

// table takes the signature of a table, which has no text of a log: of a file all
// bytes, of a dataset the manifest. It returns the ID, that of the path: what is
// exported anew to there takes the place of what was.
func (s *signature) table(in parse.Input) (id string, err error) {
	path, err := filepath.Abs(in.Path)
	if err != nil {
		return "", err
	}
	f, err := os.Open(frame.IdentityFile(path))
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := io.Copy(s, f); err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write([]byte("table " + path))
	return shortSum(h), nil
}
