// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Item is what a pointer leads to.
type Item struct {
	Number int
	Name   string
	Tags   []string
}

// Work is traced: parameters, a value behind a pointer, results and duration.
//
//go:noinline
func Work(number int, text string, item *Item) (int, string) {
	if panics(number) {
		panic("as told")
	}
	return item.Number * 7, result(number)
}

//go:noinline
func result(number int) string { return "result " + strconv.Itoa(number) }

// Grow is traced, and needs more stack than a new goroutine has: its begin runs twice.
//
//go:noinline
func Grow(number int) int {
	var room [32 << 10]byte
	fill(room[:], byte(number))
	return number + int(room[number%len(room)]-byte(number))
}

//go:noinline
func fill(room []byte, value byte) {
	for i := range room {
		room[i] = value
	}
}

func workRecovered(number int, text string, item *Item) {
	defer func() { recover() }()
	Work(number, text, item)
}

// callOne makes the call of a number: one in sixteen is of Grow, in a goroutine of its own.
func callOne(number int, room *page) {
	if grows(number) {
		done := make(chan int)
		go func() { done <- Grow(number) }()
		if <-done != number {
			panic("Grow is wrong")
		}
		return
	}
	item, text := room.item(number)
	if pageOutWanted() && number%callsToPageOut == 0 {
		room.pageOut()
	}
	workRecovered(number, text, item)
}

func grows(number int) bool { return number%16 == 5 }

// call reads "COUNT SECONDS" from its standard input, makes at least so many calls for at least so
// long, on WORKERS threads, and prints how many they were. Without a line there is nothing to do.
func call() {
	in := bufio.NewReader(os.Stdin)
	fmt.Println("ready")
	line, err := in.ReadString('\n')
	if err == io.EOF {
		return
	}
	check(err)
	var count, seconds int
	_, err = fmt.Sscan(strings.TrimSpace(line), &count, &seconds)
	check(err)
	workers, err := strconv.Atoi(os.Getenv("WORKERS"))
	check(err)
	fmt.Println(callMany(count, time.Now().Add(time.Duration(seconds)*time.Second), workers))
	untilInputEnds(in)
}

func callMany(count int, until time.Time, workers int) int {
	var next int64 = -1
	pace := newPace(until)
	var group sync.WaitGroup
	for i := 0; i < workers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			runtime.LockOSThread()
			room := newPage()
			for {
				// Counted only if it is made: whoever draws the number makes the call.
				if int(atomic.LoadInt64(&next)) >= count-1 && time.Now().After(until) {
					return
				}
				number := int(atomic.AddInt64(&next, 1))
				pace.wait(number)
				callOne(number, room)
			}
		}()
	}
	group.Wait()
	return int(next) + 1
}
