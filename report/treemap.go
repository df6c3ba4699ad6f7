package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"logbook/frame"
)

// treemap draws one level within another, sized by a measure.
func (p *pageMaker) treemap(f *figure, t *frame.Table, show frame.Show) (*spec, error) {
	var outer, inner, measure string
	for _, item := range show.Items {
		switch {
		case item.Role == "size":
			measure = item.Expr.String()
		case item.Within != nil:
			outer, inner = item.Expr.String(), item.Within.String()
		}
	}
	oc, ic, mc := t.Column(outer), t.Column(inner), t.Column(measure)
	if oc == nil || mc == nil || t.Rows == 0 {
		return nil, nil
	}
	nodes := p.tree(t, oc, ic, mc)
	if len(nodes) < 2 && len(nodes[0].Children) < 2 {
		return nil, nil // one rectangle says nothing
	}
	f.Class = "tree"
	f.Sub = "area = " + strings.ToLower(headOf(measure)) + "; click to enter"
	total := 0
	for _, n := range nodes {
		total += n.Value
	}
	f.Label = fmt.Sprintf("%s: %s is the largest with %s of %s %s.", f.Title, nodes[0].Name, plain(mc.Type, float64(nodes[0].Value)), plain(mc.Type, float64(total)), strings.ToLower(headOf(measure)))

	chart := charts.NewTreeMap()
	chart.AddSeries("All", nodes,
		charts.WithTreeMapOpts(opts.TreeMapChart{Roam: opts.Bool(false), Left: "0", Right: "0", Top: "0", Bottom: "26"}))
	chart.Validate()
	option, err := plainObject(chart.JSON())
	if err != nil {
		return nil, err
	}
	series := option["series"].([]any)[0].(object)
	maps.Copy(series, (object{"nodeClick": "zoomToNode", "leafDepth": 2, "sort": false, "childrenVisibleMin": 400, "animationDurationUpdate": 0,
		"left": 0, "right": 0, "top": 0, "bottom": 26,
		"breadcrumb": object{"left": 0, "bottom": 0, "height": 20, "itemStyle": object{"color": "@wash", "borderColor": "@rule", "textStyle": object{"color": "@ink"}}},
		"label":      object{"color": "@on-q", "fontSize": 12, "position": []int{6, 6}, "lineHeight": 16, "overflow": "truncate", "formatter": "@f:node"},
		"upperLabel": object{"show": true, "height": 22, "color": "@ink", "fontWeight": 600, "fontSize": 12, "padding": []int{0, 2}, "overflow": "truncate", "formatter": "@f:head"},
		"itemStyle":  object{"color": "@q1", "borderColor": "@paper", "borderWidth": 1, "gapWidth": 1},
		"levels":     []object{{"upperLabel": object{"show": false}, "itemStyle": object{"borderColor": "@paper", "borderWidth": 0, "gapWidth": 6}}, {"itemStyle": object{"color": "@q1", "borderColor": "@paper", "borderWidth": 1, "gapWidth": 1}}, {"itemStyle": object{"borderColor": "@paper", "borderWidth": 1, "gapWidth": 1}}}}))
	series["data"] = listed(nodes)
	option["tooltip"] = object{"trigger": "item"}
	return &spec{Option: option, Format: formatOf(mc.Type)}, nil
}

// tree makes the nodes of a tree map, the greatest first.
func (p *pageMaker) tree(t *frame.Table, oc, ic, mc *frame.Column) []opts.TreeMapNode {
	var nodes []opts.TreeMapNode
	place := make(map[string]int)
	for i := range t.Rows {
		book, size := at(oc, i), at(mc, i)
		if !book.known() || size.num <= 0 {
			continue
		}
		n, ok := place[book.text]
		if !ok {
			n = len(nodes)
			place[book.text] = n
			nodes = append(nodes, opts.TreeMapNode{Name: p.bookTitle(book.text)})
		}
		nodes[n].Value += int(size.num)
		if ic != nil {
			nodes[n].Children = append(nodes[n].Children, opts.TreeMapNode{Name: at(ic, i).text, Value: int(size.num)})
		}
	}
	bySize := func(a, b opts.TreeMapNode) int { return b.Value - a.Value }
	slices.SortStableFunc(nodes, bySize)
	for i := range nodes {
		nodes[i].Children = byFolder(nodes[i].Children, 4)
		slices.SortStableFunc(nodes[i].Children, bySize)
	}
	total := 0
	for _, n := range nodes {
		total += n.Value
	}
	seen := slices.IndexFunc(nodes, func(n opts.TreeMapNode) bool { return n.Value*400 < total }) // less is a speck
	if seen < 0 {
		seen = len(nodes)
	}
	nodes = firstNodes(nodes, min(max(seen+1, 2), 60))
	for i := range nodes {
		nodes[i].Children = firstNodes(nodes[i].Children, min(max(240/len(nodes), 3), 12))
	}
	return nodes
}

// byFolder adds up what is in one folder, below the folder that all have in
// common: a book of a hundred pages is better seen as its nine parts.
func byFolder(nodes []opts.TreeMapNode, deep int) []opts.TreeMapNode {
	if len(nodes) == 0 {
		return nil
	}
	common := nodes[0].Name[:strings.LastIndexByte(nodes[0].Name, '/')+1]
	for _, n := range nodes {
		for n.Name != "" && !strings.HasPrefix(n.Name, common) {
			common = common[:strings.LastIndexByte(strings.TrimSuffix(common, "/"), '/')+1]
		}
	}
	var folders []opts.TreeMapNode
	var within [][]opts.TreeMapNode
	place := make(map[string]int)
	total := 0
	for _, n := range nodes {
		name, rest, _ := strings.Cut(strings.TrimPrefix(n.Name, common), "/")
		if name == "" {
			name = "(front)"
		}
		i, ok := place[name]
		if !ok {
			i = len(folders)
			place[name] = i
			folders = append(folders, opts.TreeMapNode{Name: visible(name)})
			within = append(within, nil)
		}
		folders[i].Value += n.Value
		total += n.Value
		within[i] = append(within[i], opts.TreeMapNode{Name: rest, Value: n.Value})
	}
	for i := range folders {
		if folders[i].Value > total/2 && len(within[i]) > 1 && deep > 0 { // one folder that is nearly all tells little
			return slices.Concat(folders[:i], folders[i+1:], byFolder(within[i], deep-1))
		}
	}
	return folders
}

// firstNodes puts all nodes but the greatest into one, which comes last: more
// than a few cannot be told apart.
func firstNodes(nodes []opts.TreeMapNode, most int) []opts.TreeMapNode {
	if len(nodes) <= most {
		return nodes
	}
	rest := opts.TreeMapNode{Name: other}
	for _, n := range nodes[most-1:] {
		rest.Value += n.Value
	}
	return append(nodes[:most-1], rest)
}

// listed writes nodes for the script, as [name, value, children or colour]. The
// largest chapter of each book is darker, so that the eye has somewhere to go.
func listed(nodes []opts.TreeMapNode) []any {
	out := make([]any, len(nodes))
	for i, n := range nodes {
		list := []any{n.Name, n.Value}
		switch {
		case n.Name == other:
			list = append(list, "q0")
		case len(n.Children) > 0:
			kids := listed(n.Children)
			if first := kids[0].([]any); len(kids) > 1 && len(first) == 2 {
				kids[0] = append(first, "q2")
			}
			list = append(list, kids)
		}
		out[i] = list
	}
	return out
}
