package parse

// The logs of cloud storage and load balancers. Fields that a later version
// added at the end of a line are allowed everywhere and ignored.

// alb takes the whole duration for the sum of the three that the balancer
// measures, and scheme and virtual host from the URL in the request.
var alb = lines("alb",
	`{-} {iso} {-} {hostport} {upstream} {first} {target's} {last} {status} {-} {received} {bytes} "{requesturl}" "{agent}" {cipher} {tls} {-} "{id}" "{vhost}"…`,
	`{-} {iso} {-} {hostport} {upstream} {first} {target's} {last} {status} {-} {received} {bytes} "{requesturl}" "{agent}" {cipher} {tls} {-} "{id}"`) // of 2016

var elb = lines("elb",
	`{iso} {-} {hostport} {upstream} {first} {target's} {last} {status} {-} {received} {bytes} "{requesturl}" "{agent}" {cipher} {tls}…`,
	`{iso} {-} {hostport} {upstream} {first} {target's} {last} {status} {-} {received} {bytes} "{requesturl}"…`)

// s3 has the bucket for the virtual host until the version of the log that has
// the host header. Its upstream time is what S3 took to answer. What S3 does of
// itself, such as deleting what has expired, has no client. What it does for one
// request in many, such as deleting each of a batch, has no request: a dash
// without quotes stands there, and for the referer and the agent. S3 does not
// escape the quotes that an agent has.
var s3 = func() *layout {
	var texts []string
	for _, request := range []string{`"{request}"`, `-`} {
		for _, sender := range []string{`"{referer}" "{lastagent}"`, `- -`} {
			middle := ` [{time}] {host?} {user} {id} {-} {-} ` + request + ` {status} {-} {bytes} {-} {milliseconds} {upmilliseconds} ` + sender
			texts = append(texts, `{-} {-}`+middle+` {-} {-} {-} {cipher} {-} {vhost} {tls}…`, `{-} {vhost}`+middle+`…`)
		}
	}
	return lines("s3", texts...)
}()

// gcs is CSV with every field quoted, under a line of column names. What the
// storage does of itself, such as deleting what has expired, has no client.
var gcs = func() *layout {
	l := escapedLines("gcs", escapeDouble,
		`"{epochmicro}","{host?}","{-}","{-}","{method}","{target}","{status}","{received}","{bytes}","{microseconds}","{vhost}","{referer}","{agent}","{id}"…`)
	l.header = `"time_micros"`
	return l
}()
