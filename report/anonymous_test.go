package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"logbook/frame"
)

// TestAnonymous checks that a page claims nothing of people or bots where no
// request says who made it: no number, no sentence, no column. One request that
// does is enough for all of them.
func TestAnonymous(t *testing.T) {
	text := func(name string, known int) string {
		n := notebook(t, name, "")
		tables := fixture(t, n)
		for _, tb := range tables {
			if who := tb.Column("who"); who != nil {
				for i := known; i < len(who.Texts); i++ {
					who.Texts[i] = "unknown"
				}
			}
		}
		var b bytes.Buffer
		if err := (&Result{n, tables, nil, fixtureRun()}).WriteText(&b); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(b.String()), " ")
	}
	for name, claims := range map[string][]string{
		"access": {"opened by people", "Bots made", "By people", "Pages Bots", "a crawler shows itself"},
		"books":  {"People opened"},
		"weekly": {"People opened", "bots made"},
	} {
		of := func(page string) (found []string) {
			for _, claim := range claims {
				if strings.Contains(strings.ToLower(page), strings.ToLower(claim)) {
					found = append(found, claim)
				}
			}
			return found
		}
		if found := of(text(name, 1)); !slices.Equal(found, claims) {
			t.Errorf("%s: a page of people says %q, want %q", name, found, claims)
		}
		nobody := text(name, 0)
		if found := of(nobody); len(found) > 0 {
			t.Errorf("%s: a page of nobody knows whom says %q", name, found)
		}
		want := 0
		if slices.ContainsFunc(notebook(t, name, "").Cells, (*Cell).ofPeople) {
			want = 1
		}
		if n := strings.Count(nobody, string(alike)); n != want {
			t.Errorf("%s: a page of nobody knows whom says %d times that bots are counted, want %d", name, n, want)
		}
	}
}

// TestDependent checks which columns depend on who made a request, whatever
// characters are in their names.
func TestDependent(t *testing.T) {
	q, err := frame.ParseQuery("count, count if who = bot as `a[b`, count if status = 200 as good" +
		" | add `c(` = `a[b` / count | add d = `c(` + 1 | add e = good / count")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := dependent(q), []string{"a[b", "c(", "d"}; !slices.Equal(got, want) {
		t.Errorf("%q depend on it, want %q", got, want)
	}
}
