package parse

import "testing"

// TestFirstRecords checks the first record of each real log against what a
// reader of the file sees there.
func TestFirstRecords(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"apachelogs-vhost-combined.log", `2019-05-06T06:28:20Z host=203.62.1.80 method=GET path=/ protocol=HTTP/1.1 agent=Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:58.0) Gecko/20100101 Firefox/58.0 vhost=www.varonathe.org status=301 bytes=577`},
		{"crowdsec-apache2-malformed.log", `2023-10-17T05:57:49+11:00 host=1.2.3.4 status=400 bytes=226`},
		{"crowdsec-aws-alb-logs.log", `2023-04-26T12:22:55.463821Z host=192.168.1.10 method=GET path=/ protocol=HTTP/1.1 agent=curl/7.46.0 vhost=www.example.com scheme=http id=Root=1-58337262-36d228ad5d99923122bbe354 upstream=10.0.0.1:80 status=200 bytes=366 received=34 duration=1000 uptime=1000`},
		{"crowdsec-aws-cloudfront-logs.log", `2024-03-12T15:22:28Z host=1.2.3.4 method=GET path=/testseb query=query_param=42 protocol=HTTP/2.0 agent=curl/7.81.0 vhost=hub-cdn.crowdsec.net scheme=https id=375WZmnR4hhhnlZKNn0D_LvkWhAqvWvBsUqySq8f_GOoAPP3k8R8fw== cache=Error tls=TLSv1.3 cipher=TLS_AES_128_GCM_SHA256 type=text/plain; charset=utf-8 status=400 bytes=703 received=62 duration=113000`},
		{"crowdsec-caddy-logs.log", `2023-09-04T15:19:51.756499Z host=127.0.0.1 method=GET path=/ protocol=HTTP/1.0 agent=curl/7.74.0 vhost=127.0.0.1 scheme=http forwarded=127.0.0.1 status=0 bytes=0 received=0 duration=2`},
		{"crowdsec-envoy-logs.log", `2025-12-31T16:37:40.479Z host=10.0.0.12 method=GET path=/assets/image.webp protocol=HTTP/2 agent=Mozilla/4.0 (Windows NT 9.0; Win64; x64; rv:136.0) Gecko/20101 Firefox/136.0 vhost=www.example.com forwarded=10.0.0.12 id=3bbc0252-2d5c-49fe-bd89-104e9b61770b upstream=10.42.0.82:8080 status=200 bytes=121258 received=0 duration=11000`},
		{"crowdsec-haproxy-logs.log", `2015-01-14T12:48:57.127Z host=117.136.40.129 method=GET path=/xxx/xxx protocol=HTTP/1.1 upstream=xx_server_https/xxx_node_8002 status=200 bytes=739 duration=173000 uptime=3000`},
		{"crowdsec-nginx-proxy-manager-logs.log", `2022-01-24T16:51:02Z host=1.2.3.4 method=GET path=/sdfdsf agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.110 Safari/537.36 vhost=openresty.local scheme=http upstream=openresty status=404 bytes=192`},
		{"crowdsec-traefik_clf.log", `2021-12-08T09:16:05Z host=172.17.0.1 method=GET path=/scripts/cpshost.dll protocol=HTTP/1.1 upstream=http://172.17.0.3:80 status=200 bytes=414 duration=0`},
		{"crowdsec-traefik_json.log", `2021-12-08T14:02:43.587782Z host=172.17.0.1 method=GET path=/594VAEoi.save protocol=HTTP/1.1 agent=Nikto vhost=test.docker.localhost scheme=http type=text/plain; charset=utf-8 upstream=172.17.0.3:80 status=200 bytes=357 received=0 duration=357 uptime=324`},
		{"lnav-access_log.1.log", `2013-02-15T06:00:31Z host=10.112.81.15 status=400 bytes=0`},
		{"lnav-caddy_log.0.log", `2025-10-21T04:10:28.615395Z host=172.19.0.1 method=GET path=/ protocol=HTTP/1.1 agent=Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0 vhost=localhost status=304 bytes=0 received=0 duration=1674`},
		{"lnav-caddy_log.1.log", `2024-05-26T11:42:52.60148Z host=10.10.10.117 method=GET path=/gentoo/gentoo-distfiles/distfiles/9b/tl-hrlatex.source-2021.tar.xz protocol=HTTP/2.0 agent=facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php) vhost=mirrors.tnonline.net scheme=https forwarded=10.10.10.117 type=application/x-xz status=200 bytes=3768 received=0 duration=17557`},
		{"lnav-haproxy.0.log", `2019-02-25T16:19:48.143Z host=141.35.244.171 method=GET path=/admin/colt/administration query=survey=130&input_stats=1&ajax=1&&ajax=1&refresh=1&ihandle=1 protocol=HTTP/1.1 agent=Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:65.0) Gecko/20100101 Firefox/65.0 upstream=bk_admin/nginx_sonst status=200 bytes=11394 duration=1487000 uptime=1457000`},
		{"lnav-w3c.0.log", `2002-05-02T17:42:15Z host=172.22.255.255 method=GET path=/images/picture.jpg agent=Mozilla/4.0 (compatible;MSIE 5.5; Windows 2000 Server) status=200`},
		{"lnav-w3c.2.log", `2000-10-09T16:44:49Z host=1.1.1.1 method=[2]USER path=anonymous status=331`},
		{"lnav-w3c.4.log", `2017-06-28T07:26:35Z host=123.123.123.123 method=GET path=www.example.com/page.php query=variable=test protocol=HTTP agent=Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/58.0.3029.110 Safari/537.36 forwarded=123.123.123.123 status=200 received=10117`},
		{"lnav-w3c_big.0.log", `2015-01-13T00:32:17Z host=157.55.39.146 method=GET path=/robots.txt agent=Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) status=404 bytes=1405 received=242 duration=283000`},
		{"nekrassov01-ltsv.log", `2023-03-12T10:55:36Z host=192.168.1.1 user=john method=GET path=/index.html protocol=HTTP/1.1 referer=http://www.example.com/ agent=Mozilla/5.0 (Windows NT 10.0; Win64; x64) status=200 bytes=1024`},
		{"webreadr-cloudfront.log", `2016-03-03T20:16:01Z host=202.46.48.147 method=GET path=/ agent=Mozilla/5.0 (Windows NT 5.1; rv:6.0.2) Gecko/20100101 Firefox/6.0.2 vhost=example.com scheme=http id=fZ4WIEudqXjeW_YOxENiZeBrMd-j42AA2agc8evp7DWVUHbg9ENClA== cache=Redirect status=301 bytes=553 received=252 duration=1000`},
		{"webreadr-common.log", `2001-04-08T17:39:04-08:00 host=172.21.13.45 user=Microsoft\JohnDoe method=GET path=/scripts/iisadmin/ism.dll query=http/serv protocol=HTTP/1.0 status=200 bytes=3401`},
		{"webreadr-iis.log", `2016-02-15T23:44:42Z host=198.20.69.74 method=GET path=/ status=200 duration=29761000`},
		{"webreadr-s3.log", `2014-02-06T00:00:38Z host=192.0.2.3 user=79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be method=GET path=/mybucket query=versioning protocol=HTTP/1.1 agent=S3Console/0.4 vhost=mybucket id=3E57427F3EXAMPLE status=200 bytes=113 duration=7000`},
		{"webreadr-squid.log", `2010-10-08T11:11:48.779Z host=192.168.0.224 method=GET path=/minitri.flg vhost=liveupdate.symantecliveupdate.com scheme=http cache=TCP_MISS upstream=125.23.216.203 status=200 bytes=411 duration=180000`},
	} {
		lines := realLog(t, c.file)
		f, _, err := Recognise(lines)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		p := f.NewParser(nil)
		var r Record
		for _, line := range lines {
			if p.Parse(line, &r) == OK {
				break
			}
		}
		if got := show(&r); got != c.want {
			t.Errorf("%s begins with\n     %s\nwant %s", c.file, got, c.want)
		}
	}
}
