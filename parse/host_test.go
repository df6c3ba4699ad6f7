package parse

import (
	"strings"
	"testing"
)

// hostAnswers returns what a policy makes of host and forwarded, and network.
func hostAnswers(r *Rules, src string, day int64) map[string]string {
	answers := map[string]string{"host": src, "forwarded": src}
	for _, d := range r.hostDerivations() {
		if d.daily != nil {
			answers[d.columns[0]] = d.daily(src, day)
			continue
		}
		var out [1]string
		d.texts(src, out[:])
		answers[d.columns[0]] = out[0]
	}
	return answers
}

// TestNetwork checks the networks of addresses, and how hosts are masked.
func TestNetwork(t *testing.T) {
	for _, test := range []struct{ host, network, mask string }{
		{"192.0.2.77", "192.0.2.0/24", "192.0.2.0/24"},
		{"2001:db8:1:2:3::4", "2001:db8:1::/48", "2001:db8:1::/48"},
		{"::ffff:192.0.2.77", "192.0.2.0/24", "192.0.2.0/24"},
		{"::1", "::/48", "::/48"},
		{"fe80::1%eth0", "fe80::/48", "fe80::/48"},
		{"dsl-77-2-0-192.pool.example.net", "", "*.example.net"},
		{"example.net", "", "*.net"},
		{"localhost", "", "*"},
		{"192.0.2.77:4711", "", "192.0.2.0/24"},
		{"[2001:db8::1]:80", "", "2001:db8::/48"},
		{"unknown", "", "*"},
		{"999.1.2.3", "", "*.2.3"},
		{"", "", ""},
	} {
		if got := hostAnswers(&Rules{}, test.host, 0)["network"]; got != test.network {
			t.Errorf("network of %q is %q, want %q", test.host, got, test.network)
		}
		if got := hostAnswers(&Rules{Hosts: MaskHosts}, test.host, 0)["host"]; got != test.mask {
			t.Errorf("%q is masked as %q, want %q", test.host, got, test.mask)
		}
	}
}

// TestHostPolicies checks that no policy but keep lets an address through, in
// none of the columns that could have it.
func TestHostPolicies(t *testing.T) {
	const list = "192.0.2.77, 2001:db8:1:2:3::4"
	for _, name := range hostPolicies {
		policy, err := ParseHostPolicy(name)
		if err != nil || policy.String() != name {
			t.Fatalf("ParseHostPolicy(%q) = %v, %v", name, policy, err)
		}
		got := hostAnswers(&Rules{Hosts: policy, Secret: []byte("secret")}, list, 20000)
		all := got["host"] + got["forwarded"] + got["network"]
		if kept := strings.Contains(all, "192.0.2.77") || strings.Contains(all, "3::4"); kept != (policy == KeepHosts) {
			t.Errorf("%s gives %q", name, got)
		}
	}
	if got, want := hostAnswers(&Rules{Hosts: MaskHosts}, list, 0)["forwarded"], "192.0.2.0/24, 2001:db8:1::/48"; got != want {
		t.Errorf("masked list is %q, want %q", got, want)
	}
	if _, err := ParseHostPolicy("salt"); err == nil || err.Error() != `unknown policy "salt" for hosts, want one of keep, mask, hash, drop` {
		t.Errorf("ParseHostPolicy: %v", err)
	}
}

// TestHash checks that a hash depends on host, day and secret and on nothing
// else, and that the parts of a list hash as they do alone.
func TestHash(t *testing.T) {
	hash := func(secret, host string, day int64) string {
		return hostAnswers(&Rules{Hosts: HashHosts, Secret: []byte(secret)}, host, day)["host"]
	}
	got := hash("secret", "192.0.2.77", 20000)
	if got != hash("secret", "192.0.2.77", 20000) || len(got) != 12 {
		t.Errorf("hash is %q, then %q", got, hash("secret", "192.0.2.77", 20000))
	}
	for _, other := range []string{hash("other", "192.0.2.77", 20000), hash("secret", "192.0.2.78", 20000), hash("secret", "192.0.2.77", 20001)} {
		if got == other {
			t.Errorf("another secret, host or day gives %q too", other)
		}
	}
	if list := hash("secret", "192.0.2.77,192.0.2.78", 20000); list != got+", "+hash("secret", "192.0.2.78", 20000) {
		t.Errorf("hash of a list is %q", list)
	}
	if got := hash("secret", "", 20000); got != "" {
		t.Errorf("hash of nothing is %q", got)
	}
}
