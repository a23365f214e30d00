// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"io/ioutil"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fact is what only the client knows of a request.
type fact struct {
	remote  string
	elapsed time.Duration // 0: not ended yet
}

// load sends numbered requests over several connections.
type load struct {
	port    string
	workers int
	count   int
	until   time.Time

	next  int64
	mutex sync.Mutex
	facts []fact
	fault error
}

func (l *load) set(number int, change func(*fact)) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for len(l.facts) <= number {
		l.facts = append(l.facts, fact{})
	}
	change(&l.facts[number])
}

func (l *load) fact(number int) fact {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if number < 0 || number >= len(l.facts) {
		return fact{}
	}
	return l.facts[number]
}

func (l *load) fail(err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.fault == nil {
		l.fault = err
	}
}

func (l *load) failure() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.fault
}

// request makes the one of a number.
func request(scheme, address string, number int) *http.Request {
	r, err := http.NewRequest(method(number), scheme+"://"+address+path(number)+"?"+query(number), strings.NewReader(strings.Repeat("b", bodySize(number))))
	check(err)
	r.Host = host(number)
	r.Header.Set("X-Number", fmt.Sprint(number))
	r.Header.Set("X-Text", text(number))
	return r
}

// longRate is how many requests or calls a second a long run makes at most. Flat out, eight threads on
// two CPUs write more than one reader on the same CPUs can take, and losses say nothing of paging then.
const longRate = 1000

// pace spreads a long run over its time; a short one goes flat out.
type pace struct{ began time.Time }

func newPace(until time.Time) *pace {
	if time.Now().After(until) {
		return nil
	}
	return &pace{time.Now()}
}

func (p *pace) wait(number int) {
	if p != nil {
		time.Sleep(time.Until(p.began.Add(time.Duration(number) * time.Second / longRate)))
	}
}

// run sends count requests or more, until the time is up, and returns how many. one sends one.
func (l *load) run(worker func() (one func(number int) error)) int {
	var group sync.WaitGroup
	pace := newPace(l.until)
	for i := 0; i < l.workers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			one := worker()
			for l.failure() == nil {
				if int(atomic.LoadInt64(&l.next)) >= l.count && time.Now().After(l.until) {
					return
				}
				number := int(atomic.AddInt64(&l.next, 1)) - 1
				pace.wait(number)
				began := time.Now()
				if err := one(number); err != nil {
					l.fail(fmt.Errorf("request %d: %v", number, err))
				}
				l.set(number, func(f *fact) { f.elapsed = time.Since(began) })
			}
		}()
	}
	group.Wait()
	return int(l.next)
}

func checkResponse(number int, response *http.Response) error {
	body, err := ioutil.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return err
	}
	if response.StatusCode != status(number) || string(body) != answer(number) {
		return fmt.Errorf("answered with %d %q", response.StatusCode, body)
	}
	return nil
}

// plain is HTTP/1.1 by hand: net/http's client would send a request again whose connection breaks.
func (l *load) plain() func(int) error {
	var connection net.Conn
	var reader *bufio.Reader
	return func(number int) error {
		var err error
		if connection == nil {
			if connection, err = net.Dial("tcp", "127.0.0.1:"+l.port); err != nil {
				return err
			}
			reader = bufio.NewReader(connection)
		}
		l.set(number, func(f *fact) { f.remote = connection.LocalAddr().String() })
		r := request("http", "127.0.0.1:"+l.port, number)
		if err = r.Write(connection); err != nil {
			return err
		}
		response, err := http.ReadResponse(reader, r)
		if panics(number) {
			connection.Close()
			connection = nil
			if err != io.ErrUnexpectedEOF && err != io.EOF {
				return fmt.Errorf("a panic answered: %v", err)
			}
			return nil
		}
		if err != nil {
			return err
		}
		return checkResponse(number, response)
	}
}

// secure is HTTPS, by HTTP/2 or, without it, HTTP/1.1.
func (l *load) secure(http2 bool) func() func(int) error {
	return func() func(int) error {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: http2}
		if !http2 {
			transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
		}
		return func(number int) error {
			r := request("https", "127.0.0.1:"+l.port, number)
			trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
				l.set(number, func(f *fact) { f.remote = got.Conn.LocalAddr().String() })
			}}
			response, err := transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
			if err != nil {
				return err
			}
			return checkResponse(number, response)
		}
	}
}
