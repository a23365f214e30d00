// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"time"
	"unsafe"
)

// --- times ---

//go:noinline
func takeTime(t time.Time) { calls++ }

//go:noinline
func takeTimes(p *time.Time, list []time.Time, event struct{ At time.Time }) { calls++ }

//go:noinline
func takeDuration(d time.Duration) { calls++ }

//go:noinline
func takeDurations(p *time.Duration, list []time.Duration) { calls++ }

func someTimes() []time.Time {
	now := time.Now()
	east := time.FixedZone("east", 5*3600+1800)
	return []time.Time{
		now, now.Round(0), now.UTC(), now.In(east), now.Add(-48 * time.Hour), {}, time.Unix(0, 0), time.Unix(0, 1),
		time.Unix(-1, 999999999), time.Unix(1<<31, 0), time.Date(2026, 11, 22, 9, 41, 0, 123456789, time.UTC),
		time.Date(2024, 2, 29, 23, 59, 59, 0, east), time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC),
		time.Date(1066, 10, 14, 9, 0, 0, 0, time.UTC), time.Date(1883, 12, 31, 0, 0, 0, 0, time.UTC),
		time.Date(1900, 2, 28, 0, 0, 0, 0, time.UTC), time.Date(2000, 2, 29, 1, 2, 3, 4000, time.UTC),
		time.Date(2100, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2262, 4, 12, 0, 0, 0, 5e8, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
	}
}

func times() {
	for _, moment := range someTimes() {
		t := moment
		event := struct{ At time.Time }{t}
		list := []time.Time{{}, t}
		add(fmt.Sprint("time ", t.Year()), takeTime, func() { takeTime(t) }, arg("t", t))
		add(fmt.Sprint("times ", t.Year()), takeTimes, func() { takeTimes(&t, list, event) },
			arg("p", t), arg("list", list), arg("list[1]", t), arg("event", event), arg("event.At", t), null("list[2]"))
	}
	add("nil times", takeTimes, func() { takeTimes(nil, nil, struct{ At time.Time }{}) }, null("p"), null("list"),
		null("list[1]"), arg("event", struct{ At time.Time }{}), arg("event.At", time.Time{}), null("list[2]"))
	list := []time.Duration{0, 1, 999, 1000, 1500, 1e6, 1234567, 1e9, 1500 * time.Millisecond, time.Minute,
		90 * time.Second, time.Hour, 36*time.Hour + 1, -1, -time.Minute, 1<<63 - 1, -1 << 63}
	for _, span := range list {
		d := span
		each("duration", takeDuration, "d", d)
		add("durations", takeDurations, func() { takeDurations(&d, list) }, arg("p", &d), arg("list[4]", list[4]), arg("list", list))
	}
}

// --- functions, channels, unsafe pointers ---

//go:noinline
func takeFunc(f func(int) int, g func()) { calls++ }

//go:noinline
func takeChannels(c chan int, in <-chan string, out chan<- struct{}) { calls++ }

//go:noinline
func takeUnsafe(p unsafe.Pointer, q *unsafe.Pointer) { calls++ }

//go:noinline
func takeWords(all *wordsOf) { calls++ }

type wordsOf struct {
	F func(int) int
	C chan int
	P unsafe.Pointer
}

//go:noinline
func takeNils(i interface{}, e error, f func(), c chan int, m map[string]int, s []int, p *int, u unsafe.Pointer) {
	calls++
}

var pointedTo [4]int

func words() {
	f := makeAdder(3)
	add("func", takeFunc, func() { takeFunc(f, words) }, arg("f", f), arg("g", words))
	add("nil func", takeFunc, func() { takeFunc(nil, nil) }, null("f"), null("g"))
	c, in, out := make(chan int, 5), make(chan string), make(chan struct{}, 70000)
	c <- 1
	c <- 2
	add("channels", takeChannels, func() { takeChannels(c, in, out) }, arg("c", c), arg("in", in), arg("out", out),
		arg("len(c)", 2), arg("cap(c)", 5), arg("len(in)", 0), arg("cap(in)", 0), arg("cap(out)", 70000))
	add("nil channels", takeChannels, func() { takeChannels(nil, nil, nil) }, null("c"), null("in"), null("out"),
		arg("len(c)", 0), arg("cap(c)", 0), arg("len(in)", 0), arg("cap(in)", 0), arg("cap(out)", 0))
	p := unsafe.Pointer(&pointedTo[1])
	add("unsafe.Pointer", takeUnsafe, func() { takeUnsafe(p, &p) }, arg("p", p), arg("q", p))
	add("nil unsafe.Pointer", takeUnsafe, func() { takeUnsafe(nil, nil) }, null("p"), null("q"))
	all := &wordsOf{f, c, p}
	add("words in a struct", takeWords, func() { takeWords(all) }, arg("all", all), arg("all.F", f), arg("len(all.C)", 2))
	add("nil words in a struct", takeWords, func() { takeWords(&wordsOf{}) },
		arg("all", &wordsOf{}), null("all.F"), arg("len(all.C)", 0))
	add("nil of every kind", takeNils, func() { takeNils(nil, nil, nil, nil, nil, nil, nil, nil) }, null("i"), null("e"),
		null("f"), null("c"), null("m"), null("s"), null("p"), null("u"), arg("len(m)", 0), arg("len(s)", 0), arg("cap(s)", 0))
}
