// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const madvPageout = 21 // MADV_PAGEOUT

// Memory is paged out before one call in sixteen, which loses four pages, and before one of 64 probes of
// requests, where all that run lose more than a hundred.
const (
	callsToPageOut  = 16
	probesToPageOut = 64
)

func pageOutWanted() bool { return pageOut }

var pageOut = os.Getenv("PAGEOUT") != ""

// page is memory that no other goroutine uses, so that paging it out takes it from one call only.
type page struct{ bytes []byte }

func newPage() *page {
	bytes, err := syscall.Mmap(-1, 0, 16<<10, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	check(err)
	return &page{bytes}
}

func (p *page) pageOut() { check(syscall.Madvise(p.bytes, madvPageout)) }

// put copies a string to an offset and returns the copy.
func (p *page) put(offset int, value string) (placed string) {
	copy(p.bytes[offset:], value)
	bytes := p.bytes[offset : offset+len(value)]
	return *(*string)(unsafe.Pointer(&bytes))
}

// item lays the values of a number out over the pages.
func (p *page) item(number int) (*Item, string) {
	item := (*Item)(unsafe.Pointer(&p.bytes[0]))
	tags := (*[2]string)(unsafe.Pointer(&p.bytes[4<<10]))
	*tags = [2]string{p.put(8<<10, strconv.Itoa(number)), p.put(8<<10+64, "tag")}
	*item = Item{Number: number, Name: p.put(1<<10, "item "+text(number)), Tags: tags[:]}
	return item, p.put(12<<10, text(number))
}

// Where Go puts its heap, which stacks are part of (mallocinit in runtime/malloc.go).
var heapBegin = map[string]uintptr{"amd64": 0xc0 << 32, "arm64": 0x40 << 32}[runtime.GOARCH]

// pageOutHeap takes all of Go's heap away: what a probe reads next has to be faulted in.
func pageOutHeap() {
	maps, err := os.Open("/proc/self/maps")
	check(err)
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var begin, end uintptr
		var rights string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &begin, &end, &rights); err != nil {
			continue
		}
		if begin>>32 == heapBegin>>32 && strings.HasPrefix(rights, "rw") {
			syscall.Syscall(syscall.SYS_MADVISE, begin, end-begin, madvPageout)
		}
	}
}

// swappedPages is how many pages went out and came back since boot.
func swappedPages() (out, in int) {
	counters, err := os.Open("/proc/vmstat")
	check(err)
	defer counters.Close()
	for lines := bufio.NewScanner(counters); lines.Scan(); {
		fmt.Sscanf(lines.Text(), "pswpout %d", &out)
		fmt.Sscanf(lines.Text(), "pswpin %d", &in)
	}
	return
}
