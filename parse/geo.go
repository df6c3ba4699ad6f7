package parse

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// A GeoDB tells where addresses are, or whose. It is a file in MaxMind's
// format (.mmdb), as MaxMind, DB-IP and IPinfo give them out; logbook brings
// none. It may be used by several goroutines.
type GeoDB struct{ reader *maxminddb.Reader }

// OpenGeoDB opens an .mmdb file. It is mapped into memory until Close.
func OpenGeoDB(path string) (*GeoDB, error) {
	reader, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &GeoDB{reader}, nil
}

// Close unmaps the file. No scan may use the GeoDB any more.
func (db *GeoDB) Close() error { return db.reader.Close() }

var geoColumns = []string{"country", "city", "asn"}

// geoTexts tell each of geoColumns from what a database has of an address.
var geoTexts = []func(found maxminddb.Result) string{geoCountry, geoCity, geoASN}

// geoDerivation returns the derivation of geoColumns from a host. Each column
// comes from the first of the databases that has it. Under the policies that
// hide the network only the country is told.
func (r *Rules) geoDerivation() derivation {
	texts := geoTexts
	if r.Hosts == HashHosts || r.Hosts == DropHosts {
		texts = texts[:1]
	}
	return derivation{source: Host, columns: geoColumns, texts: func(host string, out []string) {
		clear(out)
		addr, err := netip.ParseAddr(host)
		if err != nil {
			return
		}
		for _, db := range r.Geo {
			found := db.reader.Lookup(addr.Unmap().WithZone(""))
			for i, text := range texts {
				if out[i] == "" {
					out[i] = text(found)
				}
			}
		}
	}}
}

// geoCountry returns the country's name in English, or else its code of two
// letters.
func geoCountry(found maxminddb.Result) string {
	return cmp.Or(geoText(found, "country", "names", "en"), geoText(found, "country", "iso_code"),
		geoText(found, "country_name"), geoText(found, "country"))
}

func geoCity(found maxminddb.Result) string {
	return cmp.Or(geoText(found, "city", "names", "en"), geoText(found, "city"))
}

// geoASN returns the number and the name of the network's operator, such as
// "AS64496 Example Ltd".
func geoASN(found maxminddb.Result) string {
	number := geoText(found, "asn")
	var n uint
	if err := found.DecodePath(&n, "autonomous_system_number"); err == nil && n > 0 {
		number = fmt.Sprintf("AS%d", n)
	}
	name := cmp.Or(geoText(found, "autonomous_system_organization"), geoText(found, "as_name"))
	return strings.TrimSpace(number + " " + name)
}

// geoText returns the text that a path leads to, of keys as MaxMind and DB-IP
// or, flat, IPinfo have them; "" if there is none, or no text.
func geoText(found maxminddb.Result, path ...any) string {
	var text string
	if err := found.DecodePath(&text, path...); err != nil {
		return ""
	}
	return text
}
