package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/zeebo/xxh3"
)

// A partial's bytes are
//
//	magic, version, identity of the plan (8 bytes)
//	domains: number of values; each value, ascending
//	tables: level, number of groups; each group's key, ascending; the groups' rows; the states
//	checksum (8 bytes)
//
// where numbers are varints. Everything is sorted, so that equal states have
// equal bytes.
const (
	partialMagic   = "logbook\x00"
	partialVersion = 2
	headerSize     = len(partialMagic) + 1 + 8
	checksumSize   = 8
)

// MarshalBinary encodes the state, with a version, the plan's identity and a
// checksum. Equal states have equal bytes.
func (p *Partial) MarshalBinary() ([]byte, error) {
	if err := p.end(); err != nil {
		return nil, err
	}
	c := p.canonical()
	e := &encoder{buf: append([]byte(partialMagic), partialVersion)}
	e.buf = binary.LittleEndian.AppendUint64(e.buf, p.plan.identity)
	for i := range c.domains {
		c.domains[i].put(e)
	}
	for _, t := range c.tables {
		t.put(e)
	}
	return binary.LittleEndian.AppendUint64(e.buf, xxh3.Hash(e.buf)), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote, into a Partial that
// [Plan.NewPartial] made of an equal plan; what the Partial held is dropped. It
// refuses a newer version, another plan and damaged bytes.
func (p *Partial) UnmarshalBinary(data []byte) error {
	if len(data) < headerSize+checksumSize || string(data[:len(partialMagic)]) != partialMagic {
		return errors.New("frame: these bytes are no partial")
	}
	if v := data[len(partialMagic)]; v != partialVersion {
		return fmt.Errorf("frame: the partial has version %d, this program reads %d", v, partialVersion)
	}
	body, sum := data[:len(data)-checksumSize], data[len(data)-checksumSize:]
	if binary.LittleEndian.Uint64(sum) != xxh3.Hash(body) {
		return errors.New("frame: damaged partial: the checksum does not match")
	}
	if binary.LittleEndian.Uint64(data[headerSize-8:]) != p.plan.identity {
		return errOtherPlan
	}
	fresh := p.plan.NewPartial()
	d := &decoder{buf: body[headerSize:]}
	for i := range fresh.domains {
		fresh.domains[i].get(d)
		p.plan.checkUnits(i, &fresh.domains[i], d)
	}
	for _, t := range fresh.tables {
		t.get(d)
	}
	if len(d.buf) != 0 {
		d.fail("something follows its end")
	}
	if d.err != nil {
		return d.err
	}
	*p = *fresh
	p.rows.partial = p
	return nil
}

func (d *domain) put(e *encoder) {
	e.uint(uint64(d.size() - 1))
	last := int64(math.MinInt64)
	for n := int32(1); n < d.size(); n++ {
		if d.kind == textKind {
			e.text(d.texts.at(n - 1))
			continue
		}
		v := orderedInt(d.ints.values[n-1], d.kind)
		e.uint(uint64(v) - uint64(last))
		last = v
	}
}

func (d *domain) get(dec *decoder) {
	last := int64(math.MinInt64)
	for n := dec.length(); n > 0 && dec.err == nil; n-- {
		have := d.size()
		if d.kind == textKind {
			d.texts.intern(dec.text())
		} else {
			last = int64(uint64(last) + dec.uint())
			d.ints.number(orderedInt(last, d.kind))
		}
		if d.size() == have {
			dec.fail("a value comes twice")
		}
	}
}

// checkUnits fails if the values of a domain of days, hours … are others: they would
// have no place on an axis of time.
func (p *Plan) checkUnits(domain int, values *domain, dec *decoder) {
	n := p.program.nodes[p.domains[domain].node]
	if n.op != opTruncate || n.unit == "weekday" || n.unit == "hour_of_day" {
		return
	}
	for _, v := range values.ints.values {
		if spanOf(n.unit, time.UnixMicro(v).In(p.program.zone)).value != v {
			dec.fail("a time begins no " + n.unit)
			return
		}
	}
}

// orderedInt maps the bits of floats, as a domain keeps them, to whole numbers
// of the floats' order, and back.
func orderedInt(v int64, k kind) int64 {
	if k == floatKind && v < 0 {
		return v ^ math.MaxInt64
	}
	return v
}

func (t *groups) put(e *encoder) {
	e.uint(uint64(t.level))
	if len(t.keys) > 0 {
		e.uint(uint64(t.n - 1))
		for g := 1; g < t.n; g++ {
			for _, numbers := range t.keys {
				e.uint(uint64(numbers[g]))
			}
		}
	}
	t.count.put(e)
	for _, s := range t.states {
		s.put(e)
	}
}

func (t *groups) get(d *decoder) {
	level := d.below(64)
	if len(t.keys) > 0 {
		key := make([]int32, len(t.keys))
		for n := d.length(); n > 0 && d.err == nil; n-- {
			for k := range key {
				key[k] = int32(d.below(int(t.plan.domain(t.domains, k).size())))
			}
			if have := t.n; d.err == nil && int(t.group(key)) != have {
				d.fail("a group comes twice")
			}
		}
	}
	t.level = level
	t.grow()
	t.count.get(d, t.n)
	for _, s := range t.states {
		if d.err == nil {
			s.get(d, t.n)
		}
	}
}

// An encoder writes the parts of a partial as varints.
type encoder struct{ buf []byte }

func (e *encoder) uint(v uint64) { e.buf = binary.AppendUvarint(e.buf, v) }
func (e *encoder) int(v int64)   { e.buf = binary.AppendVarint(e.buf, v) }

func (e *encoder) text(b []byte) {
	e.uint(uint64(len(b)))
	e.buf = append(e.buf, b...)
}

// A decoder reads what an encoder wrote. After the first error it returns
// zeros, so that callers need to look at err only where they loop.
type decoder struct {
	buf []byte
	err error
}

func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("frame: damaged partial: %s", what)
	}
	d.buf = nil
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.buf)
	if n <= 0 {
		d.fail("it ends too early")
		return 0
	}
	d.buf = d.buf[n:]
	return v
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.buf)
	if n <= 0 {
		d.fail("it ends too early")
		return 0
	}
	d.buf = d.buf[n:]
	return v
}

// below reads a number less than limit.
func (d *decoder) below(limit int) int {
	v := d.uint()
	if v >= uint64(limit) {
		d.fail("a number is too large")
		return 0
	}
	return int(v)
}

// length reads the number of elements to come, each of at least one byte: it
// cannot exceed what is left, so that nothing is allocated for elements that
// are not there.
func (d *decoder) length() int {
	v := d.uint()
	if v > uint64(len(d.buf)) {
		d.fail("it promises more than it has")
		return 0
	}
	return int(v)
}

func (d *decoder) text() []byte { return d.bytes(d.length()) }

func (d *decoder) bytes(n int) []byte {
	if n > len(d.buf) {
		d.fail("it ends too early")
		return nil
	}
	b := d.buf[:n]
	d.buf = d.buf[n:]
	return b
}

// pairs writes pairs, ascending, each with its count if there is one.
func (e *encoder) pairs(p *pairs, count func(n int32) int64) {
	e.uint(uint64(p.len()))
	var last pairPlace
	for _, n := range p.sorted() {
		last = e.pair(last, p.keys[n])
		if count != nil {
			e.uint(uint64(count(n)))
		}
	}
}

// counts writes the pairs of a run, each with its count.
func (e *encoder) counts(r run) {
	e.uint(uint64(r.n))
	var last pairPlace
	for c := r.reader(); c.next(); {
		last = e.pair(last, c.pair)
		e.uint(c.n)
	}
}

type pairPlace struct{ a, b uint32 }

// pair writes how far a pair is from the last.
func (e *encoder) pair(last pairPlace, key uint64) pairPlace {
	a, b := uint32(key>>32), uint32(key)
	if a != last.a {
		last.b = 0
	}
	e.uint(uint64(a - last.a))
	e.uint(uint64(b - last.b))
	return pairPlace{a, b}
}

// pairs reads pairs of numbers below a and b.
func (d *decoder) pairs(limitA, limitB int, counted bool, add func(a, b int32, n int64)) {
	a, b := 0, 0
	for n := d.length(); n > 0 && d.err == nil; n-- {
		step := d.below(limitA)
		if step > 0 {
			b = 0
		}
		a, b = a+step, b+d.below(limitB)
		count := int64(1)
		if counted {
			count = int64(d.uint())
		}
		if a >= limitA || b >= limitB {
			d.fail("a number is too large")
		}
		if d.err == nil {
			add(int32(a), int32(b), count)
		}
	}
}
