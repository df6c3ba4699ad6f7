package parse

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mileusna/useragent"
)

// agentColumns are what an agent tells.
var agentColumns = []string{"who", "client", "os", "device"}

// agentsOf returns the derivation of agentColumns from an agent. The tables
// behind it are made when the first agent comes.
func (r *Rules) agentsOf() func(agent string, out []string) {
	table := sync.OnceValue(func() *agentTable { return newAgentTable(r) })
	return func(agent string, out []string) {
		out[0], out[1], out[2], out[3] = table().classify(agent)
	}
}

// An agentTable knows programs by what they say of themselves.
type agentTable struct {
	apps, bots, programs, browsers, systems, devices nameTable

	crawlers *crawlerList
	noBots   bool
}

type nameTable struct {
	names   []Name
	phrases *phrases
}

func newNameTable(names []Name) nameTable {
	texts := make([]string, len(names))
	for i := range names {
		texts[i] = names[i].text()
	}
	return nameTable{names, newPhrases(texts)}
}

// find returns the name of an agent in lower case, or "".
func (t *nameTable) find(agent string) string {
	if i := t.phrases.first(agent); i >= 0 {
		return t.names[i].Name
	}
	return ""
}

func newAgentTable(r *Rules) *agentTable {
	return &agentTable{
		noBots:   r.NoBots,
		apps:     newNameTable(r.Apps),
		bots:     newNameTable(r.Bots),
		programs: newNameTable(r.Programs),
		browsers: newNameTable(r.Browsers),
		systems:  newNameTable(r.Systems),
		devices:  newNameTable(r.Devices),
		crawlers: newCrawlerList(embeddedCrawlers(), r.NotBots),
	}
}

// maxAgent bounds how much of an agent is looked at, in bytes: what comes
// later was put there by somebody with other things in mind.
const maxAgent = 1024

// classify tells who is behind an agent, the name of the program, and of a
// person's the system and the device. Nobody can tell a bot that gives itself
// out for a browser from one, so that person means: says it is a browser. In
// doubt, as with the agent "Mozilla/5.0", the answer is unknown.
func (t *agentTable) classify(agent string) (who, client, os, device string) {
	agent = strings.TrimSpace(agent)
	if agent == "" || agent == "-" {
		return "unknown", "", "", ""
	}
	if len(agent) > maxAgent {
		agent = strings.ToValidUTF8(agent[:maxAgent], "")
	}
	lower := lowerASCII(agent)
	if client = t.apps.find(lower); client == "" {
		if client = t.bot(agent, lower); client != "" && !t.noBots {
			return "bot", client, "", ""
		}
		client = t.browsers.find(lower)
	}
	ua := useragent.Parse(agent)
	if client == "" {
		if client = browserName(&ua); client == "" {
			return "unknown", product(agent), "", ""
		}
	}
	os = t.system(lower, &ua)
	return "person", client, os, t.device(lower, os, &ua)
}

// bot returns the name of a bot, or "". Apart from those known by name, bots
// are agents that say so or give an address to complain to, as no browser
// does.
func (t *agentTable) bot(agent, lower string) string {
	if name := t.bots.find(lower); name != "" {
		return name
	}
	if name := t.crawlers.name(agent); name != "" {
		return name
	}
	if name := t.programs.find(lower); name != "" {
		return name
	}
	for _, word := range botWords {
		if i := wordEnd(lower, word); i > 0 {
			return botName(agent, i)
		}
	}
	if strings.Contains(lower, "http://") || strings.Contains(lower, "https://") || strings.Contains(lower, "@") {
		return botName(agent, 0)
	}
	return ""
}

// botWords tell a bot where they end a word, as in "ExampleBot/1.0".
var botWords = []string{"bot", "bots", "robot", "crawler", "crawl", "spider", "scraper", "scanner", "fetcher", "checker", "monitor",
	"monitoring", "archiver", "validator", "slurp", "preview"}

// wordEnd returns where an agent in lower case has a word that ends in word: the
// place after it, or 0. A Cubot is a telephone.
func wordEnd(lower, word string) int {
	for from := 0; ; {
		i := strings.Index(lower[from:], word)
		if i < 0 {
			return 0
		}
		from += i + len(word)
		letter := from < len(lower) && 'a' <= lower[from] && lower[from] <= 'z'
		if !letter && !strings.HasSuffix(lower[:from], "cubot") {
			return from
		}
	}
}

// botName names a bot that nobody knows: by the word that ends at end and
// told it, if that is more than "bot"; else by its product, by what stands
// before its address, or by the host of that.
func botName(agent string, end int) string {
	word := agent[:end]
	if i := strings.LastIndexFunc(word, func(c rune) bool { return !isNameRune(c) }); i >= 0 {
		_, size := utf8.DecodeRuneInString(word[i:])
		word = word[i+size:]
	}
	if !slices.Contains(botWords, strings.ToLower(word)) && word != "" {
		return word
	}
	if p := product(agent); p != "Mozilla" && p != "Opera" && p != "" {
		return p
	}
	if i := strings.Index(agent, "://"); i >= 0 {
		if name := lastProduct(agent[:i]); name != "" {
			return name
		}
		address, _, _ := strings.Cut(agent[i:]+" ", " ")
		if host := plainHost(refererHost("http" + strings.TrimRight(address, ");,"))); host != "" {
			return host
		}
	}
	if word != "" {
		return word
	}
	return "unnamed bot"
}

// lastProduct returns the last word of an agent up to its address that can be
// the name of a product, or "": not a version, SV1, or what all browsers say.
func lastProduct(agent string) string {
	words := strings.FieldsFunc(agent, func(c rune) bool { return strings.ContainsRune(" ;()+,", c) })
	for _, word := range slices.Backward(words) {
		switch word = product(word); {
		case word == "" || word[0] >= '0' && word[0] <= '9' || word == strings.ToUpper(word):
		case word == "http" || word == "https" || word == "U":
		case word == "compatible" || word == "Mozilla" || word == "Windows" || word == "Safari" || word == "Gecko" || word == "Firefox":
			return ""
		default:
			return word
		}
	}
	return ""
}

// product returns the first word of an agent, without its version.
func product(agent string) string {
	agent = strings.TrimLeft(agent, " +'\"(<")
	end := strings.IndexFunc(agent, func(c rune) bool { return !isNameRune(c) })
	if end < 0 {
		end = len(agent)
	}
	return strings.Trim(agent[:min(end, 40)], ".-")
}

func isNameRune(c rune) bool {
	return c < 0x7f && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("._-!", c))
}

// browserName returns the browser that the agent library finds, or "" if what
// it finds is not a browser's name: it names everything.
func browserName(ua *useragent.UserAgent) string {
	if !strings.HasPrefix(ua.String, "Mozilla/") && !strings.HasPrefix(ua.String, "Opera/") {
		return ""
	}
	if ua.OS == useragent.Android && ua.Name == useragent.Safari {
		return "Android Browser"
	}
	switch ua.Name {
	case useragent.Chrome, useragent.Firefox, useragent.Safari, useragent.Edge, useragent.Opera, useragent.OperaMini,
		useragent.OperaTouch, useragent.InternetExplorer, useragent.Vivaldi, useragent.SamsungBrowser, useragent.BlackBerry,
		useragent.NetFront:
		return ua.Name
	case "Android browser":
		return "Android Browser"
	}
	if ua.OS == "" || !strings.Contains(ua.String, "AppleWebKit/") && !strings.Contains(ua.String, "Gecko/") {
		return ""
	}
	// A browser made of a large one adds its name: "… Safari/537.36 Foo/1.2".
	if ua.Version != "" && ua.Name != "Gecko" && product(ua.Name) == ua.Name && strings.Contains(ua.String, " "+ua.Name+"/") {
		return ua.Name
	}
	if ua.OS == useragent.IOS { // an app that shows pages by itself
		return "iOS Web View"
	}
	return ""
}

// system returns the operating system of a person's agent, or "".
func (t *agentTable) system(lower string, ua *useragent.UserAgent) string {
	switch name := t.systems.find(lower); {
	case name != "":
		return name
	case ua.OS == useragent.Harmony:
		return "HarmonyOS"
	case ua.OS != "":
		return ua.OS
	case strings.Contains(lower, "windows"): // 98, CE and other old ones
		return useragent.Windows
	case strings.Contains(lower, "mac os x"), strings.Contains(lower, "mac_powerpc"):
		return useragent.MacOS
	case strings.Contains(lower, "android"):
		return useragent.Android
	case strings.Contains(lower, "linux"), strings.Contains(lower, "x11"):
		return useragent.Linux
	}
	return ""
}

// desktops are the systems of computers that stand on or under a desk.
var desktops = []string{useragent.Windows, useragent.MacOS, useragent.Linux, useragent.ChromeOS, useragent.FreeBSD, "OpenBSD", "NetBSD", "Solaris"}

// device returns the device of a person's agent, or "". Tablets with Android
// are those whose browsers do not say mobile, as Google has it; iPads that
// give themselves out for Macs are desktops to everybody.
func (t *agentTable) device(lower, system string, ua *useragent.UserAgent) string {
	switch name := t.devices.find(lower); {
	case name != "":
		return name
	case ua.Tablet:
		return "tablet"
	case ua.Mobile && system != useragent.Android, strings.Contains(lower, "mobi"), strings.Contains(lower, "opera mini"):
		return "phone"
	case system == useragent.Android && strings.HasPrefix(lower, "mozilla/"):
		return "tablet"
	case system == useragent.Android:
		return "phone"
	case slices.Contains(desktops, system):
		return "desktop"
	}
	return ""
}
