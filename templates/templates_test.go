package templates

import (
	"strings"
	"testing"
)

// TestFiles checks that what is embedded is there and fits into a page: no file
// ends the element that it is put into.
func TestFiles(t *testing.T) {
	echarts, version, ok := ECharts()
	if ok && !strings.HasPrefix(version, "5.6.") {
		t.Errorf("ECharts is %q, want 5.6; go-echarts writes options for version 5", version)
	}
	for name, text := range map[string]string{"page": Page(), "style": Style(), "head": Head(), "script": Script(), "echarts": string(echarts)} {
		if text == "" && name != "echarts" {
			t.Errorf("%s is empty", name)
		}
		for _, end := range []string{"</script", "</style", "<!--"} {
			if name != "page" && strings.Contains(strings.ToLower(text), end) {
				t.Errorf("%s contains %q", name, end)
			}
		}
	}
	for _, script := range []string{Head(), Script(), PreviewScript()} {
		if strings.Contains(script, "/*") || strings.Contains(script, "\n ") || strings.Contains(script, " =") {
			t.Errorf("a script still has comments, indents or air: %.80s", script)
		}
	}
}

// TestNotebooks checks that the notebooks that the manual names are built in.
func TestNotebooks(t *testing.T) {
	want := "access bandwidth books bots errors performance security weekly"
	if got := strings.Join(Notebooks(), " "); got != want {
		t.Errorf("notebooks are %s, want %s", got, want)
	}
	if _, ok := Notebook("no such"); ok {
		t.Error(`Notebook("no such") is ok`)
	}
}
