// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// step is one thing that is tried in the guest.
type step struct {
	name    string
	kind    string
	count   int
	minutes float64
	workers int
	tracers int
	later   bool
	pageOut bool
	lossy   bool
	nulls   bool
	user    int
	rights  string
	match   string
	status  int
	wrapper string
	words   []string
}

// outcome is what the host is told, as one line.
type outcome struct {
	Step    string   `json:"step"`
	Right   bool     `json:"right"`
	Sent    int      `json:"sent"`
	Events  int      `json:"events"`
	Lost    int      `json:"lost"`
	Nulls   int      `json:"nulls"`
	Wrong   int      `json:"wrong"`
	Swapped int      `json:"swapped"`
	Seconds float64  `json:"seconds"`
	Faults  []string `json:"faults,omitempty"`
}

const (
	tool   = "/bin/gohttpsnoop"
	port   = "8080"
	socket = "/run/events.sock"
)

func parseStep(words []string) *step {
	s := &step{}
	options := flag.NewFlagSet("step", flag.ExitOnError)
	options.StringVar(&s.name, "name", "", "what the result is called")
	options.StringVar(&s.kind, "kind", "http", "http, https, h2 or call")
	options.IntVar(&s.count, "n", 100, "requests or calls")
	options.Float64Var(&s.minutes, "minutes", 0, "at least so long")
	options.IntVar(&s.workers, "workers", 8, "connections, and threads of the traced program")
	options.IntVar(&s.tracers, "tracers", 1, "so many tracers at once")
	options.BoolVar(&s.later, "later", false, "the traced program starts after the tracer")
	options.BoolVar(&s.pageOut, "page-out", false, "the traced memory is paged out all the time")
	options.BoolVar(&s.lossy, "lossy", false, "records may be lost, and are counted")
	options.BoolVar(&s.nulls, "nulls", false, "values may be null")
	options.IntVar(&s.user, "user", 0, "the traced program and the tracer run as this user")
	options.StringVar(&s.rights, "rights", "", "capabilities that the tracer's file gives, by number: 38,39")
	options.IntVar(&s.status, "status", 1, "what a refusal ends with, or the tracer's check")
	options.StringVar(&s.match, "match", "", "what a refusal has to say")
	options.StringVar(&s.wrapper, "wrapper", "", "a word of this program's that the tracer is run by")
	options.Parse(words)
	s.words = options.Args()
	return s
}

func (s *step) credential() *syscall.Credential {
	if s.user == 0 {
		return nil
	}
	return &syscall.Credential{Uid: uint32(s.user), Gid: uint32(s.user)}
}

// tool is the tracer's file, which is a copy where it is to have capabilities.
func (s *step) tool() string {
	if s.rights == "" {
		return tool
	}
	file := copyFile(tool, "gohttpsnoop")
	grant(file, s.rights)
	return file
}

// command is the tracer's, with {pid}, {binary}, {socket} and {port} in place.
func (s *step) command(pid int, file, socket string) []string {
	command := []string{s.tool()}
	if s.wrapper != "" {
		command = append([]string{"/proc/self/exe", s.wrapper}, command...)
	}
	places := strings.NewReplacer("{pid}", strconv.Itoa(pid), "{binary}", file, "{socket}", socket, "{port}", port)
	for _, word := range s.words {
		command = append(command, places.Replace(word))
	}
	return command
}

func (s *step) asks(word string) bool { return strings.Contains(strings.Join(s.words, " "), word) }

// startTraced starts what is traced, in a file of its own.
func (s *step) startTraced(file string) (t *traced, port string) {
	word := map[string]string{"http": "serve", "https": "serve-tls", "h2": "serve-tls", "call": "call"}[s.kind]
	environment := []string{"PORT=8080", "WORKERS=" + strconv.Itoa(s.workers), "GOMAXPROCS=" + strconv.Itoa(s.workers)}
	if s.pageOut {
		environment = append(environment, "PAGEOUT=1")
	}
	t = startTraced(file, word, s.credential(), environment...)
	return t, t.line()
}

func (s *step) judge(t *traced, l *load) *judge {
	j := &judge{pid: t.pid(), lossy: s.lossy, nulls: s.nulls}
	if s.kind == "call" {
		j.numberOf = callNumber
		j.expect = func(number int) map[string]interface{} { return callExpected(s.asks("--latency"), number) }
		return j
	}
	j.numberOf = requestNumber
	j.expect = func(number int) map[string]interface{} { return requestExpected(s.kind, s.words, l, number) }
	return j
}

// send makes the load and returns how much it was.
func (s *step) send(t *traced, l *load) int {
	switch s.kind {
	case "call":
		fmt.Fprintln(t.input, s.count, int(s.minutes*60))
		sent, err := strconv.Atoi(t.line())
		check(err)
		return sent
	case "http":
		return l.run(l.plain)
	}
	return l.run(l.secure(s.kind == "h2"))
}

// collect judges events until all that were sent are there or lost, or the tracer ends.
func collect(t *tracer, j *judge, total <-chan int) {
	sent := -1
	var late <-chan time.Time
	for sent < 0 || j.events+j.lost < sent {
		select {
		case e, ok := <-t.events:
			if !ok {
				return
			}
			j.take(e)
			if late != nil {
				late = time.After(10 * time.Second)
			}
		case sent = <-total:
			late = time.After(10 * time.Second)
		case <-late:
			return
		}
	}
}

// drain judges what is still printed while the tracer ends: what is there twice, or told late as lost.
func drain(t *tracer, j *judge) {
	for e := range t.events {
		j.take(e)
	}
}

// trace runs the tracers, the traced program and the load.
func (s *step) trace(result *outcome) (err error) {
	file := copyFile("/proc/self/exe", s.name)
	defer os.Remove(file)
	var program *traced
	l := &load{port: port, workers: s.workers, count: s.count}
	pid := 0
	if !s.later {
		program, _ = s.startTraced(file)
		pid = program.pid()
	}
	var tracers []*tracer
	for i := 0; i < s.tracers; i++ {
		at := ""
		if s.asks("{socket}") {
			at = fmt.Sprintf("%s.%d", socket, i)
		}
		t, err := startTracer(s.command(pid, file, at), s.credential(), at)
		if err != nil {
			return err
		}
		tracers = append(tracers, t)
	}
	if s.later {
		for _, t := range tracers {
			if err := t.waitReady(s.asks("{socket}")); err != nil {
				return err
			}
		}
		program, _ = s.startTraced(file)
	}
	for _, t := range tracers {
		if err := t.waitAttached(program.pid()); err != nil {
			return err
		}
	}
	return s.load(tracers, program, l, result)
}

// load sends and judges.
func (s *step) load(tracers []*tracer, program *traced, l *load, result *outcome) (err error) {
	l.until = time.Now().Add(time.Duration(s.minutes * float64(time.Minute)))
	var group sync.WaitGroup
	var judges []*judge
	var totals []chan int
	for _, t := range tracers {
		j, total := s.judge(program, l), make(chan int, 1)
		judges, totals = append(judges, j), append(totals, total)
		group.Add(1)
		go func(t *tracer) {
			defer group.Done()
			collect(t, j, total)
		}(t)
	}
	stopped := make(chan struct{})
	go s.tellProgress(l, stopped)
	result.Sent = s.send(program, l)
	for _, total := range totals {
		total <- result.Sent
	}
	group.Wait()
	close(stopped)
	err = l.failure()
	for i, t := range tracers {
		drained := make(chan struct{})
		go func() {
			drain(t, judges[i])
			close(drained)
		}()
		if failed := t.stop(); failed != nil && err == nil {
			err = failed
		}
		<-drained
		judges[i].finish(result.Sent, func(number int) time.Duration { return l.fact(number).elapsed })
		result.add(judges[i])
	}
	if failed := program.stop(); failed != nil && err == nil {
		err = failed
	}
	return err
}

func (r *outcome) add(j *judge) {
	r.Events += j.events
	r.Lost += j.lost
	r.Nulls += j.nulled
	r.Wrong += j.wrong
	r.Faults = append(r.Faults, j.faults...)
}

// tellProgress shows the host that the guest is alive.
func (s *step) tellProgress(l *load, stopped <-chan struct{}) {
	for ticks := time.NewTicker(20 * time.Second); ; {
		select {
		case <-ticks.C:
			l.mutex.Lock()
			fmt.Printf("progress: %s: %d requests\n", s.name, len(l.facts))
			l.mutex.Unlock()
		case <-stopped:
			ticks.Stop()
			return
		}
	}
}

func runStep(words []string) int {
	debug.SetGCPercent(400) // the judge is not what is tried
	s := parseStep(words)
	result := &outcome{Step: s.name}
	began := time.Now()
	out, _ := swappedPages()
	if err := s.trace(result); err != nil {
		result.Faults = append([]string{err.Error()}, result.Faults...)
		result.Wrong++
	}
	after, _ := swappedPages()
	result.Swapped = after - out
	if s.pageOut && result.Swapped == 0 {
		result.Faults = append(result.Faults, "nothing was paged out: is there swap?")
		result.Wrong++
	}
	return result.tell(began)
}

func (r *outcome) tell(began time.Time) int {
	r.Seconds = float64(int(time.Since(began).Seconds()*10)) / 10
	r.Right = r.Wrong == 0
	line, err := json.Marshal(r)
	check(err)
	fmt.Printf("result: %s\n", line)
	if r.Right {
		return 0
	}
	return 1
}

// refuseStep: the tracer has to end by itself, with status 1 and the reason.
func refuseStep(words []string) int {
	s := parseStep(words)
	result := &outcome{Step: s.name}
	began := time.Now()
	file := copyFile("/proc/self/exe", s.name)
	program, _ := s.startTraced(file)
	t, err := startTracer(s.command(program.pid(), file, ""), s.credential(), "")
	check(err)
	for _, e := range s.untilEnd(t, result) {
		result.Faults = append(result.Faults, "the tracer printed "+inWords(e))
	}
	if !regexp.MustCompile(s.match).MatchString(t.messages()) {
		result.Faults = append(result.Faults, t.failure("the reason is not told: no "+s.match).Error())
	}
	if err := program.stop(); err != nil {
		result.Faults = append(result.Faults, err.Error())
	}
	result.Wrong = len(result.Faults)
	return result.tell(began)
}

// untilEnd returns what a tracer prints that ends by itself, and checks its status.
func (s *step) untilEnd(t *tracer, result *outcome) (events []event) {
	late := time.AfterFunc(patience, func() { t.command.Process.Kill() })
	for e := range t.events {
		events = append(events, e)
	}
	<-t.ended
	t.command.Wait()
	late.Stop()
	if status := t.command.ProcessState.ExitCode(); status != s.status {
		result.Faults = append(result.Faults, t.failure(fmt.Sprintf("the tracer ended with %d, not %d", status, s.status)).Error())
	}
	return events
}

// checkStep holds the report of `gohttpsnoop check` against words such as attach.perf_event.works=true.
func checkStep(words []string) int {
	s := parseStep(words)
	result := &outcome{Step: s.name}
	began := time.Now()
	expected := s.words
	s.words = []string{"check", "--json"}
	t, err := startTracer(s.command(0, "", ""), s.credential(), "")
	check(err)
	reports := s.untilEnd(t, result)
	if len(reports) != 1 {
		result.Faults = append(result.Faults, t.failure(fmt.Sprintf("check printed %d reports", len(reports))).Error())
	} else {
		for _, word := range expected {
			at := strings.Index(word, "=")
			if actual := inWords(reports[0].at(word[:at])); strings.Trim(actual, `"`) != word[at+1:] {
				result.Faults = append(result.Faults, fmt.Sprintf("check: %s is %s, not %s; problems: %s", word[:at], actual, word[at+1:], inWords(reports[0]["problems"])))
			}
		}
	}
	result.Wrong = len(result.Faults)
	return result.tell(began)
}
