package report

import (
	"net/http"
	"strconv"
)

func statusClass(hundreds int) string {
	if hundreds < 1 || hundreds > 5 {
		return "c-other"
	}
	return "s" + strconv.Itoa(hundreds)
}

// statusName names a status code: those of the standards, and those that
// servers and CDNs have made up.
func statusName(code int) string {
	if s := http.StatusText(code); s != "" {
		return s
	}
	switch code {
	case 444:
		return "Closed without an answer"
	case 494:
		return "Request header too large"
	case 495, 496, 497:
		return "TLS error"
	case 499:
		return "Client closed the request"
	case 520, 521, 522, 523, 524, 525, 526, 527, 530:
		return "Origin unreachable"
	}
	return ""
}
