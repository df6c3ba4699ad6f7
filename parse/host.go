package parse

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// A HostPolicy says what becomes of the addresses of clients, in host and in
// forwarded, before anything is counted. Lines that are rejected are not
// records and keep theirs.
type HostPolicy uint8

// The policies.
const (
	KeepHosts HostPolicy = iota // as logged
	MaskHosts                   // networks: 192.0.2.0/24, 2001:db8:1::/48, *.example.net
	HashHosts                   // a hash that is another every day (UTC), so nobody is followed from day to day; no network, city or asn
	DropHosts                   // null; no network, city or asn
)

var hostPolicies = []string{"keep", "mask", "hash", "drop"}

// ParseHostPolicy reads a policy's name: keep, mask, hash or drop.
func ParseHostPolicy(name string) (HostPolicy, error) {
	for i, n := range hostPolicies {
		if n == name {
			return HostPolicy(i), nil
		}
	}
	return 0, fmt.Errorf("unknown policy %q for hosts, want one of %s", name, strings.Join(hostPolicies, ", "))
}

func (p HostPolicy) String() string { return hostPolicies[p] }

// hostDerivations returns network, and what takes the place of host and
// forwarded.
func (r *Rules) hostDerivations() []derivation {
	network := derivation{source: Host, columns: []string{"network"}, texts: func(host string, out []string) { out[0] = network(host) }}
	null := func(_ string, out []string) { out[0] = "" }
	switch r.Hosts {
	case MaskHosts:
		mask := func(src string, out []string) { out[0] = eachHost(src, maskHost) }
		return []derivation{
			network,
			{source: Host, columns: []string{"host"}, texts: mask},
			{source: Forwarded, columns: []string{"forwarded"}, texts: mask},
		}
	case HashHosts:
		network.texts = null // it would tell most of what the hash hides
		hash := func(src string, day int64) string {
			return eachHost(src, func(host string) string { return hashHost(r.Secret, day, host) })
		}
		return []derivation{
			network,
			{source: Host, columns: []string{"host"}, daily: hash},
			{source: Forwarded, columns: []string{"forwarded"}, daily: hash},
		}
	case DropHosts:
		network.texts = null
		return []derivation{
			network,
			{source: Host, columns: []string{"host"}, texts: null},
			{source: Forwarded, columns: []string{"forwarded"}, texts: null},
		}
	}
	return []derivation{network}
}

// eachHost applies f to each host of a list, as X-Forwarded-For is one.
func eachHost(list string, f func(host string) string) string {
	if list == "" {
		return ""
	}
	if !strings.Contains(list, ",") {
		return f(strings.TrimSpace(list))
	}
	hosts := strings.Split(list, ",")
	for i, host := range hosts {
		hosts[i] = f(strings.TrimSpace(host))
	}
	return strings.Join(hosts, ", ")
}

// network returns the network of an address, and "" of a name.
func network(host string) string {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	bits := 48
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		bits = 24
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// maskHost returns the network of an address, and of a name its last two
// labels: what stands before them is often the address in other words.
func maskHost(host string) string {
	if net := network(host); net != "" || host == "" {
		return net
	}
	if addr, err := netip.ParseAddrPort(host); err == nil {
		return network(addr.Addr().String())
	}
	i := strings.LastIndexByte(host, '.')
	if i < 0 || strings.ContainsAny(host, " :[]") {
		return "*"
	}
	if j := strings.LastIndexByte(host[:i], '.'); j >= 0 {
		return "*" + host[j:]
	}
	return "*" + host[i:]
}

// hashHost returns 12 hexadecimal digits that stand for a host on one day.
// Without the secret nobody can tell which host it was by trying them all.
func hashHost(secret []byte, day int64, host string) string {
	if host == "" {
		return ""
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(day)))
	mac.Write([]byte(host))
	return fmt.Sprintf("%x", mac.Sum(nil)[:6])
}
