// Go's golang.org/x/oauth2, as its documentation has it: Exchange, then a client that carries the token.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/oauth2"
)

const subject = "550e8400-e29b-41d4-a716-446655440000"

var (
	mode        = flag.String("mode", "warm", "warm, cold or resumed")
	port        = flag.Int("port", 18440, "the provider's first port")
	ca          = flag.String("ca", "", "PEM file of the authority to trust")
	logins      = flag.Int("logins", 20000, "to be measured")
	warmUp      = flag.Int("warm-up", 2000, "logins before these")
	inFlight    = flag.Int("in-flight", 64, "logins at once")
	connections = flag.Int("connections", 64, "at most")
	threads     = flag.Int("threads", 1, "of Go code at once")
)

func require(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type identity struct {
	Subject string `json:"sub"`
	Email   string `json:"email"`
	Name    string `json:"name"`
}

type contestant struct {
	config   oauth2.Config
	userinfo string
	context  context.Context
}

func newContestant() contestant {
	authority, err := os.ReadFile(*ca)
	require(err)
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(authority)
	settings := &tls.Config{RootCAs: trusted}
	if *mode == "resumed" {
		settings.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	transport := &http.Transport{
		TLSClientConfig:     settings,
		MaxConnsPerHost:     *connections,
		MaxIdleConnsPerHost: *connections,
		DisableCompression:  true,
	}
	origin := fmt.Sprintf("https://localhost:%d", *port+map[string]int{"warm": 0, "cold": 1, "resumed": 2}[*mode])
	return contestant{
		config: oauth2.Config{
			ClientID:     "benchmark-client",
			ClientSecret: "client-secret-of-the-benchmark",
			RedirectURL:  "https://app.example/callback",
			Endpoint:     oauth2.Endpoint{TokenURL: origin + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams},
		},
		userinfo: origin + "/oauth/userinfo",
		context:  context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: transport}),
	}
}

func (c *contestant) logIn() {
	token, err := c.config.Exchange(c.context, "SplxlOBeZQQYbYS6WxSbIA",
		oauth2.SetAuthURLParam("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
	require(err)
	answer, err := c.config.Client(c.context, token).Get(c.userinfo)
	require(err)
	body, err := io.ReadAll(answer.Body)
	require(err)
	answer.Body.Close()
	var who identity
	require(json.Unmarshal(body, &who))
	if answer.StatusCode != 200 || len(token.AccessToken) != 800 || who.Subject != subject {
		require(fmt.Errorf("another answer came: %s", answer.Status))
	}
}

// Makes that many logins, and returns what each took in microseconds.
func (c *contestant) run(logins int) []float32 {
	latencies := make([]float32, logins)
	var taken int64
	var all sync.WaitGroup
	for each := 0; each < *inFlight; each++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				number := atomic.AddInt64(&taken, 1) - 1
				if number >= int64(logins) {
					return
				}
				begun := time.Now()
				c.logIn()
				latencies[number] = float32(time.Since(begun).Nanoseconds()) / 1000
			}
		}()
	}
	all.Wait()
	return latencies
}

func cpuSeconds() float64 {
	var used syscall.Rusage
	require(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

func peakKiB() (peak int) {
	status, err := os.ReadFile("/proc/self/status")
	require(err)
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			fmt.Sscanf(line, "VmHWM: %d", &peak)
		}
	}
	return
}

func main() {
	flag.Parse()
	runtime.GOMAXPROCS(*threads)
	all := newContestant()
	all.run(*warmUp)

	begun, cpu := time.Now(), cpuSeconds()
	latencies := all.run(*logins)
	seconds, cpu := time.Since(begun).Seconds(), cpuSeconds()-cpu

	sort.Slice(latencies, func(a, b int) bool { return latencies[a] < latencies[b] })
	percentile := func(part float64) float32 { return latencies[int(part*float64(len(latencies)))] }
	require(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"client": "go", "mode": *mode, "in_flight": *inFlight, "threads": *threads, "rate": 0, "logins": *logins,
		"warm_up": *warmUp, "seconds": seconds, "cpu_seconds": cpu, "p50_us": percentile(0.5),
		"p99_us": percentile(0.99), "p99_9_us": percentile(0.999), "peak_kib": peakKiB(),
	}))
}
