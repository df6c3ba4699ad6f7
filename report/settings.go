package report

import (
	"fmt"
	"slices"
)

// LogsToRead returns the files and globs that the notebook names for itself.
func (n *Notebook) LogsToRead() ([]string, error) { return n.list("logs", n.Front.Logs) }

// Comparisons returns what the notebook compares its period with, in its front
// matter and in its cells: previous, usual, last year, each once.
func (n *Notebook) Comparisons() ([]string, error) {
	names, err := n.list("compare", n.Front.Compare)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "none" })
	for _, c := range n.Cells {
		for _, s := range c.Query.Result {
			names = append(names, s.Compare...)
		}
	}
	return once(names), nil
}

// list reads a front matter value that may be one text or a list of them.
func (n *Notebook) list(key string, value any) ([]string, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			text, ok := v[i].(string)
			if !ok {
				return nil, fmt.Errorf("%s: %s: %v is no text", n.Name, key, v[i])
			}
			texts[i] = text
		}
		return texts, nil
	}
	return nil, fmt.Errorf("%s: %s: want a text or a list of texts", n.Name, key)
}

// once returns the names without repetitions, in their order.
func once(names []string) []string {
	var list []string
	for _, name := range names {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
