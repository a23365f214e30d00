// SPDX-License-Identifier: MIT

// Command nest makes calls within calls, many at once, and says of each what a tracer is to say of it.
//
// It prints "ready", waits for a line on its standard input, makes its calls, and prints one JSON object a
// call, then {"done": ...} with what it knows of its goroutines. Some calls are then still open. It ends
// when its standard input does, as -end has it. One file, standard library, Go 1.15 and later.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

var (
	most    = flag.Int64("calls", 10000, "about how many calls to make")
	workers = flag.Int("workers", 32, "goroutines that call at once")
	deepest = flag.Int64("deepest", 150, "calls within each other")
	holds   = flag.Int("holds", 5, "goroutines whose calls stay open")
	lingers = flag.Int("lingers", 0, "goroutines that recover a panic and then call nothing more")
	end     = flag.String("end", "return", "how to end: return, exit or crash")
)

// --- what is known of calls -----------------------------------------------------------

// call is one line of the list. Its outcome is "panic" until it has returned.
type call struct {
	ID       int64       `json:"id"`
	Parent   int64       `json:"parent"` // 0: none
	Depth    int64       `json:"depth"`
	Function string      `json:"function"`
	Outcome  string      `json:"outcome"`
	Ret      interface{} `json:"ret"`   // as the tracer's; left out for functions without results
	Inner    int64       `json:"inner"` // nanoseconds between its first statement and its last
	Outer    int64       `json:"outer"` // between before the call and after it
	HasRet   bool        `json:"has_ret"`
}

// begun is where times are counted from; time.Since reads the monotonic clock.
var begun = time.Now()

func now() int64 { return int64(time.Since(begun)) }

// worker is what a goroutine knows of its calls.
type worker struct {
	calls   []call
	open    []int // indices, innermost last
	bottom  int64 // where fall panics
	catch   int64 // where it recovers; -1: nowhere
	goexits bool  // in place of the panic
	echo    chan chan int
	reply   chan int
	moved   bool
}

var lastID int64

// opens lists a call that is about to be made and returns its index.
func (w *worker) opens(function string) int {
	parent, depth := int64(0), int64(0)
	if count := len(w.open); count > 0 {
		parent = w.calls[w.open[count-1]].ID
		depth = w.calls[w.open[count-1]].Depth + 1
	}
	w.calls = append(w.calls, call{ID: atomic.AddInt64(&lastID, 1), Parent: parent, Depth: depth,
		Function: function, Outcome: "panic"})
	w.open = append(w.open, len(w.calls)-1)
	return len(w.calls) - 1
}

func (w *worker) returns(at int, outer int64, ret interface{}, hasRet bool) {
	w.open = w.open[:len(w.open)-1]
	one := &w.calls[at]
	one.Outcome, one.Outer, one.Ret, one.HasRet = "ok", outer, ret, hasRet
}

// lasted says, from within the innermost call, how long it has been at work.
func (w *worker) lasted(inner int64) { w.calls[w.open[len(w.open)-1]].Inner = inner }

// pause lets other goroutines run, and often has this one go on on another thread: who answers sits on a
// thread of its own.
func (w *worker) pause(id int64) {
	switch id % 8 {
	case 0:
		w.echo <- w.reply
		<-w.reply
	case 1, 2:
		runtime.Gosched()
	}
}

// --- what is traced -------------------------------------------------------------------

// descend's frame does not fit a goroutine's first stack many times.
//
//go:noinline
func descend(w *worker, id, depth int64) int64 {
	start := now()
	var frame [200]byte
	fill(&frame, byte(id))
	sum := int64(frame[id%int64(len(frame))])
	if depth < *deepest {
		w.pause(id)
		sum += w.descend()
	}
	w.lasted(now() - start)
	return sum
}

//go:noinline
func fill(frame *[200]byte, value byte) {
	for i := range frame {
		frame[i] = value
	}
}

func (w *worker) descend() int64 {
	at := w.opens("main.descend")
	start := now()
	result := descend(w, w.calls[at].ID, w.calls[at].Depth)
	w.returns(at, now()-start, result, true)
	return result
}

// node is a tree's.
type node struct {
	name  string
	below []*node
}

func tree(name string, depth int) *node {
	n := &node{name: name}
	for i := 0; depth > 0 && i < 2; i++ {
		n.below = append(n.below, tree(fmt.Sprint(name, i), depth-1))
	}
	return n
}

// visit has several results, and a receiver that is a pointer.
//
//go:noinline
func (n *node) visit(w *worker, id, depth int64) (int, string) {
	start := now()
	count, text := 1, n.name
	for _, below := range n.below {
		w.pause(id)
		more, names := w.visit(below)
		count += more
		text = names
	}
	w.lasted(now() - start)
	return count, text
}

func (w *worker) visit(n *node) (int, string) {
	at := w.opens("main.(*node).visit")
	start := now()
	count, text := n.visit(w, w.calls[at].ID, w.calls[at].Depth)
	w.returns(at, now()-start, []interface{}{count, text}, true)
	return count, text
}

type point struct{ x, y int64 }

// plus is a method of a value and has a struct as its result.
//
//go:noinline
func (p point) plus(w *worker, id, depth int64, other point) point {
	start := now()
	sum := point{p.x + other.x, p.y + other.y}
	w.lasted(now() - start)
	return sum
}

func (w *worker) plus(p point) point {
	at := w.opens("main.point.plus")
	start := now()
	sum := p.plus(w, w.calls[at].ID, w.calls[at].Depth, point{1, -w.calls[at].ID})
	w.returns(at, now()-start, map[string]int64{"x": sum.x, "y": sum.y}, true)
	return sum
}

var errOdd = errors.New("odd")

// even has one of two ways to return, and calls another function that calls it.
//
//go:noinline
func even(w *worker, id, depth, left int64) (int64, error) {
	start := now()
	if left == 0 {
		w.lasted(now() - start)
		return id, nil
	}
	w.odd(left - 1)
	w.lasted(now() - start)
	return left, errOdd
}

func (w *worker) even(left int64) {
	at := w.opens("main.even")
	start := now()
	number, err := even(w, w.calls[at].ID, w.calls[at].Depth, left)
	ret := []interface{}{number, nil}
	if err != nil {
		ret[1] = map[string]string{"type": fmt.Sprintf("%T", err), "text": err.Error()}
	}
	w.returns(at, now()-start, ret, true)
}

// odd has no result.
//
//go:noinline
func odd(w *worker, id, depth, left int64) {
	start := now()
	if left > 0 {
		w.even(left - 1)
	}
	w.pause(id)
	w.lasted(now() - start)
}

func (w *worker) odd(left int64) {
	at := w.opens("main.odd")
	start := now()
	odd(w, w.calls[at].ID, w.calls[at].Depth, left)
	w.returns(at, now()-start, nil, false)
}

// fall panics at the bottom, and recovers where it is told to.
//
//go:noinline
func fall(w *worker, id, depth int64) (result int64) {
	start := now()
	if depth == w.catch {
		open := len(w.open)
		defer func() {
			if recover() != nil {
				w.open = w.open[:open]
				result = -id
				w.lasted(now() - start)
			}
		}()
	}
	if depth == w.bottom && w.goexits {
		runtime.Goexit()
	}
	if depth == w.bottom {
		panic("the bottom")
	}
	w.pause(id)
	result = id + w.fall()
	w.lasted(now() - start)
	return result
}

func (w *worker) fall() int64 {
	at := w.opens("main.fall")
	start := now()
	result := fall(w, w.calls[at].ID, w.calls[at].Depth)
	w.returns(at, now()-start, result, true)
	return result
}

// hold does not return.
//
//go:noinline
func hold(w *worker, id, depth int64, held chan<- bool) int64 {
	if depth < 3 {
		return w.hold(held)
	}
	held <- true
	<-make(chan bool)
	return id
}

func (w *worker) hold(held chan<- bool) int64 {
	at := w.opens("main.hold")
	w.calls[at].Outcome = "exited"
	return hold(w, w.calls[at].ID, w.calls[at].Depth, held)
}

// --- who calls ------------------------------------------------------------------------

var (
	lock sync.Mutex
	all  []call
	done struct {
		Calls      int `json:"calls"`
		Goroutines int `json:"goroutines"`
		Moved      int `json:"moved"` // goroutines whose stack did
	}
)

func (w *worker) report() {
	lock.Lock()
	defer lock.Unlock()
	all = append(all, w.calls...)
	done.Goroutines++
	if w.moved {
		done.Moved++
	}
}

func newWorker(echo chan chan int) *worker {
	return &worker{echo: echo, reply: make(chan int), catch: -1}
}

// on runs work on a goroutine of its own and waits for its end, however that comes.
func on(echo chan chan int, work func(w *worker)) {
	var group sync.WaitGroup
	group.Add(1)
	go func() {
		w := newWorker(echo)
		defer group.Done()
		defer w.report()
		work(w)
	}()
	group.Wait()
}

// whole is a goroutine's work of which every call returns.
func whole(w *worker) {
	var mark byte
	before := uintptr(unsafe.Pointer(&mark))
	w.descend()
	w.moved = before != uintptr(unsafe.Pointer(&mark))
	w.visit(tree("n", 4))
	p := point{}
	for i := 0; i < 20; i++ {
		p = w.plus(p)
	}
	w.even(7)
	w.even(8)
}

// broken is one in which some panic, and which goes on.
func broken(w *worker) {
	for _, places := range [][2]int64{{4, 4}, {4, 3}, {6, 2}, {9, 1}, {1, 1}} {
		w.bottom, w.catch = places[0], places[1]
		w.fall()
	}
	w.even(2)
}

// ended is one that ends with a panic that is recovered in what is not traced, or with Goexit.
func ended(w *worker, goexits bool) {
	defer func() { recover() }()
	w.bottom, w.goexits = 3, goexits
	w.fall()
}

// above recovers in what is not traced, and goes on.
func above(w *worker) {
	func() {
		defer func() { recover(); w.open = w.open[:0] }()
		w.bottom = 5
		w.fall()
	}()
	w.plus(point{})
}

func work(echo chan chan int) {
	for atomic.LoadInt64(&lastID) < *most {
		on(echo, whole)
		on(echo, broken)
		on(echo, above)
		on(echo, func(w *worker) { ended(w, false) })
		on(echo, func(w *worker) { ended(w, true) })
	}
}

// answer sits on one thread.
func answer(echo chan chan int) {
	runtime.LockOSThread()
	for reply := range echo {
		reply <- 0
	}
}

func startLingers(echo chan chan int) {
	for i := 0; i < *lingers; i++ {
		lingering := make(chan bool)
		go func() {
			w := newWorker(echo)
			func() {
				defer func() { recover() }()
				w.bottom = 2
				w.fall()
			}()
			w.report()
			lingering <- true
			<-make(chan bool)
		}()
		<-lingering
	}
}

func startHolds(echo chan chan int) {
	for i := 0; i < *holds; i++ {
		held := make(chan bool)
		w := newWorker(echo)
		go w.hold(held)
		<-held
		w.report()
	}
}

func list() {
	output := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(output)
	for _, one := range all {
		if err := encoder.Encode(one); err != nil {
			log.Fatal(err)
		}
	}
	done.Calls = len(all)
	encoder.Encode(map[string]interface{}{"done": done})
	output.Flush()
}

func main() {
	flag.Parse()
	fmt.Println("ready")
	input := bufio.NewReader(os.Stdin)
	if _, err := input.ReadString('\n'); err != nil {
		return
	}
	echo := make(chan chan int)
	go answer(echo)
	var group sync.WaitGroup
	for i := 0; i < *workers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			work(echo)
		}()
	}
	group.Wait()
	startLingers(echo)
	startHolds(echo)
	list()
	input.ReadString('\n')
	switch *end {
	case "exit":
		os.Exit(3)
	case "crash":
		panic("the end")
	}
}
