package fakelog

import (
	"strconv"

	"logbook/parse"
)

// fillMore gives the record what Common and Combined logs do not have.
func (p *pen) fillMore(r *request, t *target) {
	rec, d := &p.record, dice(mix(uint64(r.at), r.visitor))
	rec.Text[parse.VHost] = p.made(append(p.scratch, p.site.host()...))
	rec.Text[parse.Scheme] = https
	rec.Text[parse.TLS], rec.Text[parse.Cipher] = tls13, cipher13
	if x := d.below(100); r.role != reader && x < 20 || x < 3 {
		rec.Text[parse.TLS], rec.Text[parse.Cipher] = tls12, cipher12
	}
	rec.Text[parse.RequestID] = p.made(appendHex(p.scratch, d.next(), d.next()))
	rec.Text[parse.Type] = []byte(t.typ)
	rec.Received = 180 + int64(d.below(600))
	rec.Duration = d.lognormal(t.slow + max(rec.Bytes, 0)/40)
	if r.status >= 500 {
		rec.Duration += 4 * second
	}
	if t.kind == asset || t.kind == download {
		rec.Text[parse.Cache] = hit
		if d.percent(8) {
			rec.Text[parse.Cache] = miss
		}
		return
	}
	rec.UpTime = rec.Duration * 9 / 10
	rec.Text[parse.Upstream] = p.made(strconv.AppendInt(append(p.scratch, "10.0.0."...), int64(11+r.visitor%3), 10))
	rec.Text[parse.Upstream] = p.made(append(append(p.scratch, rec.Text[parse.Upstream]...), ":8080"...))
}

var (
	https    = []byte("https")
	tls12    = []byte("TLSv1.2")
	tls13    = []byte("TLSv1.3")
	cipher12 = []byte("ECDHE-RSA-AES128-GCM-SHA256")
	cipher13 = []byte("TLS_AES_128_GCM_SHA256")
	hit      = []byte("HIT")
	miss     = []byte("MISS")
)

// appendHex writes numbers with 16 digits each.
func appendHex(dst []byte, numbers ...uint64) []byte {
	for _, n := range numbers {
		for shift := 60; shift >= 0; shift -= 4 {
			dst = append(dst, "0123456789abcdef"[n>>shift&15])
		}
	}
	return dst
}
