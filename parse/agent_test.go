package parse

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// labelled are agents with what a person says of them: who, client, os and
// device. They hold with and without the list of crawlers from npm.
var labelled = []struct{ want, agent string }{
	// Browsers on desktops.
	{"person, Chrome, Windows, desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"},
	{"person, Chrome, macOS, desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"},
	{"person, Chrome, Linux, desktop", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"},
	{"person, Chrome, ChromeOS, desktop", "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"},
	{"person, Edge, Windows, desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"},
	{"person, Edge, Windows, desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763"},
	{"person, Edge, macOS, desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"},
	{"person, Firefox, Windows, desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"},
	{"person, Firefox, Linux, desktop", "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"},
	{"person, Firefox, macOS, desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0"},
	{"person, Firefox, OpenBSD, desktop", "Mozilla/5.0 (X11; OpenBSD amd64; rv:128.0) Gecko/20100101 Firefox/128.0"},
	{"person, Safari, macOS, desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15"},
	{"person, DuckDuckGo, macOS, desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15 Ddg/18.5"},
	{"person, Opera, Windows, desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0"},
	{"person, Vivaldi, Linux, desktop", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Vivaldi/7.0.3495.6"},
	{"person, Yandex Browser, Windows, desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36"},
	{"person, Whale, Windows, desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Whale/4.33.325.17 Safari/537.36"},
	{"person, Internet Explorer, Windows, desktop", "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"},
	{"person, Internet Explorer, Windows, desktop", "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)"},
	{"person, Internet Explorer, Windows, desktop", "Mozilla/4.0 (compatible; MSIE 7.0b; Windows NT 6.0 ; .NET CLR 2.0.50215; SL Commerce Client v1.0; Tablet PC 2.0"},
	{"person, Internet Explorer, Windows, desktop", "Mozilla/4.0 (compatible; MSIE 5.0; Windows 98; DigExt)"},
	{"person, Iceweasel, Linux, desktop", "Mozilla/5.0 (X11; Linux x86_64; rv:20.0) Gecko/20100101 Firefox/20.0 Iceweasel/20.0"},
	{"person, Opera, Linux, desktop", "Opera/9.80 (X11; Linux x86_64) Presto/2.12.388 Version/12.16"},
	{"person, Chromium, Linux, desktop", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Ubuntu Chromium/32.0.1700.102 Chrome/32.0.1700.102 Safari/537.36"},
	{"person, Lynx, , ", "Lynx/2.8.7rel.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/1.0.1f"},
	{"person, Konqueror, OpenBSD, desktop", "Mozilla/5.0 (compatible; Konqueror/3.5; OpenBSD) KHTML/3.5.9 (like Gecko)"},
	// Browsers on phones, tablets and what else has one.
	{"person, Safari, iOS, phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"},
	{"person, Safari, iOS, tablet", "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1"},
	{"person, Safari, iOS, phone", "Mozilla/5.0 (iPod; CPU iPhone OS 6_1_5 like Mac OS X) AppleWebKit/536.26 (KHTML, like Gecko) Version/6.0 Mobile/10B400 Safari/8536.25"},
	{"person, Chrome, iOS, phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1"},
	{"person, Firefox, iOS, phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15"},
	{"person, Edge, iOS, phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 EdgiOS/142.0.3595.66 Mobile/15E148 Safari/605.1.15"},
	{"person, Google App, iOS, phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/390.0.825550006 Mobile/15E148 Safari/604.1"},
	{"person, Facebook App, iOS, phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 [FBAN/FBIOS;FBAV/530.0.0;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.6]"},
	{"person, iOS Web View, iOS, phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"},
	{"person, Chrome, Android, phone", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"},
	{"person, Chrome, Android, tablet", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"},
	{"person, Samsung Browser, Android, phone", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"},
	{"person, Edge, Android, phone", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36 EdgA/142.0.0.0"},
	{"person, Firefox, Android, phone", "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"},
	{"person, Firefox, Android, tablet", "Mozilla/5.0 (Android 13; Tablet; rv:145.0) Gecko/145.0 Firefox/145.0"},
	{"person, Opera, Android, phone", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36 OPR/91.0.0.0"},
	{"person, Opera Mini, Android, phone", "Opera/9.80 (Android; Opera Mini/36.2/119.132; U; en) Presto/2.12.423 Version/12.16"},
	{"person, UC Browser, Android, phone", "Mozilla/5.0 (Linux; U; Android 11; en-US; RMX2185) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.7.0.1319 Mobile Safari/537.36"},
	{"person, Mi Browser, Android, phone", "Mozilla/5.0 (Linux; U; Android 13; en-us; 2201117TY) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.12.0-gn"},
	{"person, Instagram App, Android, phone", "Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.7444.142 Mobile Safari/537.36 Instagram 406.0.0.58.159 Android (35/15; 480dpi)"},
	{"person, Instagram App, Android, phone", "Instagram 3.0.4 Android (8/2.2.1; 240dpi; 480x800; HTC/verizon_wwe; ADR6400L; mecha; mecha; en_US)"},
	{"person, Chrome, Android, phone", "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.45 Mobile Safari/537.36"},
	{"person, Android Browser, Android, phone", "Mozilla/5.0 (Linux; U; Android 4.3; es-es; GT-I9300 Build/JSS15J) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30"},
	{"person, Internet Explorer, Windows Phone, phone", "Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0; ARM; Touch; NOKIA; Lumia 920)"},
	{"person, Silk, Android, tablet", "Mozilla/5.0 (Linux; U; en-us; KFAPWI Build/JDQ39) AppleWebKit/535.19 (KHTML, like Gecko) Silk/3.13 Safari/535.19 Silk-Accelerated=true"},
	{"person, Samsung Browser, Tizen, tv", "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0 Chrome/94.0.4606.31 TV Safari/537.36"},
	{"person, Chrome, webOS, tv", "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36"},
	{"person, PlayStation, PlayStation, console", "Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15"},
	// Search engines, and the crawlers and agents of language models.
	{"bot, Googlebot, , ", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
	{"bot, Googlebot, , ", "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.7444.59 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
	{"bot, Googlebot-Image, , ", "Googlebot-Image/1.0"},
	{"bot, Mediapartners-Google, , ", "Mediapartners-Google"},
	{"bot, AdsBot-Google, , ", "Mozilla/5.0 (iPhone; CPU iPhone OS 14_7_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.1.2 Mobile/15E148 Safari/604.1 (compatible; AdsBot-Google-Mobile; +http://www.google.com/mobile/adsbot.html)"},
	{"bot, GoogleOther, , ", "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.7390.122 Mobile Safari/537.36 (compatible; GoogleOther)"},
	{"bot, Bingbot, , ", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36"},
	{"bot, Yahoo Slurp, , ", "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)"},
	{"bot, DuckDuckBot, , ", "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)"},
	{"bot, Baiduspider, , ", "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"},
	{"bot, YandexBot, , ", "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"},
	{"bot, Applebot, , ", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)"},
	{"bot, Applebot-Extended, , ", "Mozilla/5.0 (compatible; Applebot-Extended/0.1; +http://www.apple.com/go/applebot)"},
	{"bot, GPTBot, , ", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)"},
	{"bot, OAI-SearchBot, , ", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36; compatible; OAI-SearchBot/1.3; +https://openai.com/searchbot"},
	{"bot, ChatGPT-User, , ", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot"},
	{"bot, NovaAct, , ", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Agent-NovaAct/1.0"},
	{"bot, ClaudeBot, , ", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)"},
	{"bot, PerplexityBot, , ", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)"},
	{"bot, Bytespider, , ", "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)"},
	{"bot, CCBot, , ", "CCBot/2.0 (https://commoncrawl.org/faq/)"},
	{"bot, Amazonbot, , ", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot) Chrome/119.0.6045.214 Safari/537.36"},
	{"bot, meta-externalagent, , ", "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)"},
	{"bot, MistralAI-User, , ", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; MistralAI-User/1.0; +https://docs.mistral.ai/robots)"},
	{"bot, PetalBot, , ", "Mozilla/5.0 (compatible;PetalBot;+https://webmaster.petalsearch.com/site/petalbot)"},
	// Others with a name.
	{"bot, SemrushBot, , ", "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)"},
	{"bot, AhrefsBot, , ", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"},
	{"bot, MJ12bot, , ", "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)"},
	{"bot, facebookexternalhit, , ", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"},
	{"bot, Twitterbot, , ", "Twitterbot/1.0"},
	{"bot, Slackbot, , ", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
	{"bot, UptimeRobot, , ", "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"},
	{"bot, Feedly, , ", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)"},
	{"bot, UniversalFeedParser, , ", "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/"},
	{"bot, CensysInspect, , ", "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)"},
	{"bot, Expanse, , ", "Expanse, a Palo Alto Networks company, searches across the global IPv4 space multiple times per day to identify customers&#39; presences on the Internet."},
	{"bot, zgrab, , ", "Mozilla/5.0 zgrab/0.x"},
	{"bot, masscan, , ", "masscan/1.3 (https://github.com/robertdavidgraham/masscan)"},
	{"bot, HeadlessChrome, , ", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36"},
	// Programs.
	{"bot, curl, , ", "curl/8.5.0"},
	{"bot, Wget, , ", "Wget/1.21.4 (linux-gnu)"},
	{"bot, python-requests, , ", "python-requests/2.32.3"},
	{"bot, aiohttp, , ", "Python/3.12 aiohttp/3.9.5"},
	{"bot, Go-http-client, , ", "Go-http-client/2.0"},
	{"bot, okhttp, , ", "okhttp/4.12.0"},
	{"bot, Apache-HttpClient, , ", "Apache-HttpClient/4.5.14 (Java/17.0.10)"},
	{"bot, libwww-perl, , ", "libwww-perl/6.67"},
	{"bot, axios, , ", "axios/1.7.2"},
	{"bot, Dalvik, , ", "Dalvik/2.1.0 (Linux; U; Android 9; SM-G960F Build/PPR1.180610.011)"},
	// Bots that nobody knows by name, and those nobody can tell.
	{"bot, ExampleBot, , ", "ExampleBot/1.0"},
	{"bot, Fancy-Crawler, , ", "Mozilla/5.0 (X11; Linux x86_64) Gecko Fancy-Crawler/0.1"},
	{"bot, zzfoo, , ", "zzfoo/1.0 (+https://zz.example/about)"},
	{"bot, ZzProxy, , ", "Mozilla/5.0 (Macintosh; U; rv:1.9.2) Gecko/20100115 Firefox/3.6 (ZzProxy/1.1; +http://zz.example/)"},
	{"bot, zz.example, , ", "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; http://www.zz.example/x.html )"},
	{"bot, unnamed bot, , ", "Mozilla/5.0 http://"},
	{"unknown, , , ", ""},
	{"unknown, , , ", "-"},
	{"unknown, Mozilla, , ", "Mozilla/5.0"},
	{"unknown, Mozilla, , ", "Mozilla/4.0 (compatible;)"},
	{"unknown, MobileSafari, , ", "MobileSafari/9537.53 CFNetwork/672.0.8 Darwin/14.0.0"},
	{"unknown, zzapp, , ", "zzapp/3.1"},
	{"unknown, , , ", "\xff\xfe<>"},
	{"bot, Bot, , ", "\xceBot"},               // not UTF-8
	{"bot, ExampleBot, , ", "İİİ ExampleBot"}, // longer in lower case
}

// TestAgents checks the labelled agents with the list of crawlers that this
// build has, if it has one, and without.
func TestAgents(t *testing.T) {
	for _, list := range [][]byte{nil, embeddedCrawlers()} {
		table := newAgentTable(DefaultRules())
		table.crawlers = newCrawlerList(list, DefaultRules().NotBots)
		for _, test := range labelled {
			who, client, os, device := table.classify(test.agent)
			if got := strings.Join([]string{who, client, os, device}, ", "); got != test.want {
				t.Errorf("with %d crawlers: %q is %q, want %q", table.crawlers.patterns, test.agent, got, test.want)
			}
		}
	}
}

// TestCrawlers checks the whole list against its own examples: each pattern
// is understood, and every example is a bot with a name. The package is where
// the build's npm step puts it.
func TestCrawlers(t *testing.T) {
	data, err := os.ReadFile("../templates/node_modules/crawler-user-agents/crawler-user-agents.json")
	if err != nil {
		t.Skip("no crawler-user-agents here: make build fetches it from npm")
	}
	var entries []struct {
		Pattern   string
		Instances []string
	}
	if err := json.Unmarshal(data, &entries); err != nil {
		t.Fatal(err)
	}
	rules := DefaultRules()
	table := newAgentTable(rules)
	table.crawlers = newCrawlerList(data, rules.NotBots)
	if got, want := table.crawlers.patterns, len(entries)-len(rules.NotBots); got != want {
		t.Errorf("%d patterns of %d are understood", got, want)
	}
	left := map[string]bool{}
	for _, pattern := range rules.NotBots {
		left[pattern] = true
	}
	for _, e := range entries {
		for _, agent := range e.Instances {
			if who, client, _, _ := table.classify(agent); !left[e.Pattern] && (who != "bot" || client == "") {
				t.Errorf("%q is %s %q, but the list has it as %s", agent, who, client, e.Pattern)
			}
		}
	}
}

// TestCrawlerList checks the names that patterns of all shapes give, and that
// the first of the list wins.
func TestCrawlerList(t *testing.T) {
	list := newCrawlerList([]byte(`[{"pattern": "Zoo\\/"}, {"pattern": "[zZ]ebra"}, {"pattern": "^Gnu|Kudu \\(x"}, {"pattern": "(^| )Lynx\\/"},
		{"pattern": "zoo\\.example\\/bots"}, {"pattern": "left out"}, {"pattern": "("}, {"pattern": "[ab]*"}]`), []string{"left out"})
	if list.patterns != 5 {
		t.Errorf("%d patterns are understood, want 5", list.patterns)
	}
	got := map[string]string{}
	want := map[string]string{
		"Zoo/1.0":                              "Zoo",
		"Zoo 1.0":                              "",
		"a zebra":                              "zebra",
		"Zebra Zoo/":                           "Zoo",
		"Gnu/2":                                "Gnu",
		"a Gnu":                                "",
		"a Kudu (x)":                           "Kudu",
		"Mozilla/5.0 Lynx/2":                   "Lynx",
		"xLynx/2":                              "",
		"Okapi/1 (http://zoo.example/bots)":    "Okapi",
		"Mozilla/5.0 (http://zoo.example/bots": "zoo.example",
		"left out":                             "",
		"Zo":                                   "",
		"":                                     "",
	}
	for agent := range want {
		got[agent] = list.name(agent)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzAgent checks that any agent has one of the three answers, the same each
// time, that only persons have a system and a device, and that valid text
// stays valid.
func FuzzAgent(f *testing.F) {
	for _, l := range labelled {
		f.Add(l.agent)
	}
	classify := DefaultRules().agentsOf()
	f.Fuzz(func(t *testing.T, agent string) {
		var out, again [4]string
		classify(agent, out[:])
		classify(agent, again[:])
		if out != again {
			t.Errorf("%q is %q, then %q", agent, out, again)
		}
		if out[0] != "person" && out[0] != "bot" && out[0] != "unknown" || out[0] != "unknown" && out[1] == "" ||
			out[0] != "person" && out[2]+out[3] != "" {
			t.Errorf("%q is %q", agent, out)
		}
		if text := strings.Join(out[:], ""); utf8.ValidString(agent) && !utf8.ValidString(text) {
			t.Errorf("%q is not UTF-8: %q", agent, text)
		}
	})
}

// BenchmarkAgent measures distinct agents: the labelled ones, one after the
// other.
func BenchmarkAgent(b *testing.B) {
	classify := DefaultRules().agentsOf()
	var out [4]string
	classify("", out[:])
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		classify(labelled[i%len(labelled)].agent, out[:])
	}
}
