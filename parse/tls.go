package parse

// tlsNames are the numbers that Go's and other TLS libraries have for versions, and
// the hexadecimal flags of IIS.
var tlsNames = map[string][]byte{"769": []byte("TLSv1"), "770": []byte("TLSv1.1"), "771": []byte("TLSv1.2"), "772": []byte("TLSv1.3"),
	"40": []byte("TLSv1"), "100": []byte("TLSv1.1"), "400": []byte("TLSv1.2"), "1000": []byte("TLSv1.3"),
	"1.0": []byte("TLSv1"), "1.1": []byte("TLSv1.1"), "1.2": []byte("TLSv1.2"), "1.3": []byte("TLSv1.3")}

// tlsVersion names a version as OpenSSL does, and most logs.
func tlsVersion(b []byte) []byte {
	if len(b) > 0 && isDigit(b[0]) {
		if name, ok := tlsNames[string(b)]; ok {
			return name
		}
	}
	return b
}

// cipherNames are the suites that browsers and crawlers still offer. The
// package crypto/tls knows more of them, and would bring itself along.
var cipherNames = map[string][]byte{
	"4865": []byte("TLS_AES_128_GCM_SHA256"), "4866": []byte("TLS_AES_256_GCM_SHA384"), "4867": []byte("TLS_CHACHA20_POLY1305_SHA256"),
	"49195": []byte("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), "49196": []byte("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
	"49199": []byte("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), "49200": []byte("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
	"52392": []byte("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"), "52393": []byte("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
	"49161": []byte("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"), "49162": []byte("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
	"49171": []byte("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), "49172": []byte("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
}

// cipherSuite names a suite that is given by its number.
func cipherSuite(b []byte) []byte {
	if len(b) > 0 && isDigit(b[0]) {
		if name, ok := cipherNames[string(b)]; ok {
			return name
		}
	}
	return b
}
