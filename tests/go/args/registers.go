// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"runtime"
)

//go:noinline
func nine(a, b, c, d, e, f, g, h, i int) { calls++ }

//go:noinline
func twelve(a, b, c, d, e, f, g, h, i, j, k, l int) { calls++ }

//go:noinline
func packed(a bool, b int16, c bool, d int32, e int64, f int8, g uint16, h uint8, i int32, j int8, k int64, l bool) {
	calls++
}

//go:noinline
func fiveStrings(a, b, c, d, e string, n int) { calls++ }

//go:noinline
func slices(a, b []int, n int, c []int, m int8) { calls++ }

//go:noinline
func mixed(a int, f float64, s string, g float32, b bool, c complex128, p *float64, n int8) { calls++ }

//go:noinline
func seventeen(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q float64, z int) { calls++ }

//go:noinline
func blanks(a int, _ string, b int, _ float64, _ int8, c string) { calls++ }

//go:noinline
func spilled(a int, b bigSample, c string, d [2]int, e, f, g, h, i, j, k int) { calls++ }

// Ten words are on the stack, those after them in registers again.
//
//go:noinline
func straddling(a, b, c, d, e, f, g int, price triple, h, i, j int) { calls++ }

type triple struct{ X, Y, Z int32 }

// used has its parameters in use up to its end, and calls others: it keeps them on its stack.
//
//go:noinline
func used(a int, s string, items []Item, f float64) (sum int) {
	for i := range items {
		nine(a, i, 3, 4, 5, 6, 7, 8, 9)
		sum += len(s) + items[i].Count + int(f)
	}
	return sum + a
}

func registers() {
	add("nine integers", nine, func() { nine(1, -2, 3, -4, 5, -6, 7, -8, 9) }, arg("a", 1), arg("b", -2), arg("c", 3),
		arg("d", -4), arg("e", 5), arg("f", -6), arg("g", 7), arg("h", -8), arg("i", 9))
	add("twelve integers", twelve, func() { twelve(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -11, 12) }, arg("a", 1), arg("b", 2),
		arg("c", 3), arg("d", 4), arg("e", 5), arg("f", 6), arg("g", 7), arg("h", 8), arg("i", 9), arg("j", 10),
		arg("k", -11), arg("l", 12))
	for _, n := range []int64{0, -1, 0x123456789abcdef0} {
		addPacked(n)
	}
	add("five strings and an integer", fiveStrings, func() { fiveStrings("one", "two", "three", "four", "five", 6) },
		arg("a", "one"), arg("b", "two"), arg("c", "three"), arg("d", "four"), arg("e", "five"), arg("n", 6))
	one := []int{1}
	add("slices", slices, func() { slices(nil, one, 3, []int{4, 5}, -6) },
		null("a"), arg("b", one), arg("n", 3), arg("c", []int{4, 5}), arg("len(c)", 2), arg("m", -6))
	mixes()
	f := someItems(2)
	add("parameters in use", used, func() { calls += used(5, "abc", f, 2.5) },
		arg("a", 5), arg("s", "abc"), arg("items", f), arg("items[1].Count", 1), param("f", 2.5))
	for i := range f { // what used calls
		add(fmt.Sprint("called by another ", i), nine, func() {}, arg("a", 5), arg("b", i), arg("c", 3),
			arg("d", 4), arg("e", 5), arg("f", 6), arg("g", 7), arg("h", 8), arg("i", 9))
	}
}

// addPacked has parameters cut from wider words, whose upper bits may stay in the registers.
func addPacked(n int64) {
	odd := n&1 != 0
	add("small parameters", packed, func() {
		packed(odd, int16(n), !odd, int32(n), n, int8(n), uint16(n), uint8(n), int32(n>>8), int8(n>>16), n>>3, odd)
	}, arg("a", odd), arg("b", int16(n)), arg("c", !odd), arg("d", int32(n)), arg("e", n), arg("f", int8(n)),
		arg("g", uint16(n)), arg("h", uint8(n)), arg("i", int32(n>>8)), arg("j", int8(n>>16)), arg("k", n>>3), arg("l", odd))
}

func mixes() {
	f := 6.5
	add("integers and floats", mixed, func() { mixed(1, 2.5, "three", -4.25, true, complex(5, 6), &f, -7) },
		arg("a", 1), param("f", 2.5), arg("s", "three"), param("g", float32(-4.25)), arg("b", true),
		param("c", complex(5, 6)), arg("p", 6.5), arg("n", -7))
	p := arg("p", 16.5)
	if runtime.GOARCH == "arm64" {
		p = param("p", 16.5) // there are sixteen registers for floats
	}
	add("seventeen floats", seventeen,
		func() { seventeen(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16.5, 17.25, 18) },
		param("a", 1.0), param("b", 2.0), param("o", 15.0), p, arg("q", 17.25), arg("z", 18))
	add("blank parameters", blanks, func() { blanks(1, "not this", 2, 3.5, 4, "five") },
		arg("a", unlisted{1}), arg("b", unlisted{2}), arg("c", unlisted{"five"}))
	s := bigSample{Sample: sample{X: 1.5, N: 7}, Words: [7]int{6: -6}}
	add("structs on the stack between registers", spilled,
		func() { spilled(1, s, "three", [2]int{4, 5}, 6, 7, 8, 9, 10, 11, 12) },
		arg("a", 1), arg("b.Sample.N", 7), arg("b.Sample.X", 1.5), arg("b.Words[6]", -6), arg("c", "three"),
		arg("d", [2]int{4, 5}), arg("e", 6), arg("i", 10), arg("j", 11), arg("k", 12))
	add("struct that no longer fits", straddling, func() { straddling(1, 2, 3, 4, 5, 6, 7, triple{8, -9, 10}, 11, 12, 13) },
		arg("a", 1), arg("g", 7), arg("price", triple{8, -9, 10}), arg("h", 11), arg("i", 12), arg("j", 13))
}
