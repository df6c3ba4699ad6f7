package parse

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// writeGeoDB writes an .mmdb file that has records for networks, and opens it.
func writeGeoDB(t *testing.T, records map[string]mmdbtype.Map) *GeoDB {
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "test", RecordSize: 24, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for network, record := range records {
		_, ipnet, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(ipnet, record); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "test.mmdb")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(file); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := OpenGeoDB(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestGeo checks that places are found in databases of each shape, that the
// first that knows wins, and that the policies hide all but the country.
func TestGeo(t *testing.T) {
	english := func(name mmdbtype.String) mmdbtype.Map {
		return mmdbtype.Map{"names": mmdbtype.Map{"en": name, "de": mmdbtype.String("not asked for")}}
	}
	city := writeGeoDB(t, map[string]mmdbtype.Map{
		"192.0.2.0/24":    {"country": english("Germany"), "city": english("Berlin")},
		"198.51.100.0/24": {"country": mmdbtype.Map{"iso_code": mmdbtype.String("FR")}},
		"2001:db8:1::/48": {"country": english("Japan")},
	})
	asn := writeGeoDB(t, map[string]mmdbtype.Map{
		"192.0.2.0/25": {"autonomous_system_number": mmdbtype.Uint32(64496), "autonomous_system_organization": mmdbtype.String("Example Ltd"),
			"country": mmdbtype.String("not the first")},
		"203.0.113.0/24": {"asn": mmdbtype.String("AS64497"), "as_name": mmdbtype.String("Flat Inc."), "country": mmdbtype.String("NZ"), "city": mmdbtype.String("Wellington")},
	})
	for _, test := range []struct {
		host   string
		policy HostPolicy
		want   string
	}{
		{"192.0.2.1", KeepHosts, "Germany|Berlin|AS64496 Example Ltd"},
		{"::ffff:192.0.2.1", KeepHosts, "Germany|Berlin|AS64496 Example Ltd"},
		{"192.0.2.200", KeepHosts, "Germany|Berlin|"},
		{"198.51.100.7", KeepHosts, "FR||"},
		{"2001:db8:1::7", KeepHosts, "Japan||"},
		{"2001:db8:2::7", KeepHosts, "||"},
		{"203.0.113.9", KeepHosts, "NZ|Wellington|AS64497 Flat Inc."},
		{"203.0.113.9", MaskHosts, "NZ|Wellington|AS64497 Flat Inc."},
		{"203.0.113.9", HashHosts, "NZ||"},
		{"203.0.113.9", DropHosts, "NZ||"},
		{"example.org", KeepHosts, "||"},
		{"", KeepHosts, "||"},
	} {
		rules := &Rules{Geo: []*GeoDB{city, asn}, Hosts: test.policy}
		out := []string{"x", "y", "z"}
		rules.geoDerivation().texts(test.host, out)
		if got := strings.Join(out, "|"); got != test.want {
			t.Errorf("%s under %v is in %q, want %q", test.host, test.policy, got, test.want)
		}
	}
}

// TestOpenGeoDB checks that a file that is no database is refused by name.
func TestOpenGeoDB(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no.mmdb")
	if _, err := OpenGeoDB(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := os.WriteFile(path, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenGeoDB(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("a file of another kind gives %v", err)
	}
}
