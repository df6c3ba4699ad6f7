package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// A previewServer hands one page to browsers on this machine, and tells them
// when there is another.
type previewServer struct {
	listener net.Listener

	mu   sync.Mutex
	page []byte
	news news
	next chan struct{} // closed when there are other news
}

// news are what a page's script has to know, as JSON.
type news struct {
	Page    string   `json:"page"`              // version of the page that is served
	Cells   []string `json:"cells,omitempty"`   // that have changed since the one before
	Problem string   `json:"problem,omitempty"` // why there is none that is newer
	Busy    string   `json:"busy,omitempty"`    // what it takes to make one
}

// listen opens the port that --listen names. Only this machine can reach it:
// logs are about people, and the page has no password.
func listen(address string) (*previewServer, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usageError(fmt.Errorf("--listen: %q is no address; write 127.0.0.1:8080", address))
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return nil, usageError(fmt.Errorf("--listen %s: a preview is for this machine alone, since logs are about people and it has no password: write 127.0.0.1:%s; from another machine, ssh -L %[2]s:127.0.0.1:%[2]s brings it to you", address, port))
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	return &previewServer{listener: listener, next: make(chan struct{})}, nil
}

func (s *previewServer) url() string { return "http://" + s.listener.Addr().String() + "/" }

// close gives the address back, unless serve has done so.
func (s *previewServer) close() { s.listener.Close() }

// show replaces the page.
func (s *previewServer) show(page []byte, n news) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page = page
	s.spread(n)
}

// tell tells browsers what is new about the page that they have.
func (s *previewServer) tell(n news) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n.Page = s.news.Page
	s.spread(n)
}

// spread wakes those who wait for news. The caller holds the lock.
func (s *previewServer) spread(n news) {
	s.news = n
	close(s.next)
	s.next = make(chan struct{})
}

func (s *previewServer) latest() (page []byte, n news, next <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.page, s.news, s.next
}

// serve answers until the context ends. All that it started has ended when it
// returns.
func (s *previewServer) serve(ctx context.Context) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(io.Discard, "", 0), // browsers that leave are no news
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(s.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("the preview cannot be served any more: %w", err)
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if server.Shutdown(patience) != nil {
		server.Close() // there is nothing left to do about it
	}
	<-served //nolint:errcheck // it says that the server was shut down
	return nil
}

// ServeHTTP serves the page and its events to whoever asks for them under a
// name of this machine. A page from elsewhere whose name has been made to
// point here (DNS rebinding) asks under that name, and gets nothing.
func (s *previewServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	switch {
	case !s.isOurs(r.Host):
		http.Error(w, "logbook preview answers under its own address only: "+s.url(), http.StatusMisdirectedRequest)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "a preview can only be read", http.StatusMethodNotAllowed)
	case r.URL.Path == "/":
		page, _, _ := s.latest()
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.Write(page) //nolint:errcheck // the browser has left
	case r.URL.Path == "/events":
		h.Set("Content-Type", "text/event-stream")
		s.events(w, r)
	default:
		http.NotFound(w, r)
	}
}

// isOurs reports whether a Host header names this server by an address of the
// machine itself.
func (s *previewServer) isOurs(host string) bool {
	_, port, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return false
	}
	names := []string{"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port, s.listener.Addr().String()}
	if port == "80" {
		names = append(names, "127.0.0.1", "localhost", "[::1]")
	}
	return slices.Contains(names, host)
}

// events sends the news of now, and all that follow, until the browser leaves
// or the preview ends.
func (s *previewServer) events(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	for {
		_, n, next := s.latest()
		text, err := json.Marshal(n)
		if err != nil {
			panic(err) // it is made of texts
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
			return
		}
		if err := out.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		select {
		case <-next:
		case <-r.Context().Done():
			return
		}
	}
}
