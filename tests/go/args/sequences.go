// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"fmt"
	"strings"
)

//go:noinline
func takeInts(values []int) { calls++ }

//go:noinline
func takeStrings(values []string) { calls++ }

//go:noinline
func takeItems(items []Item) { calls++ }

//go:noinline
func takeItemPointers(items []*Item) { calls++ }

//go:noinline
func takeGrid(grid [][]int16) { calls++ }

//go:noinline
func takeSlicePointer(values *[]string) { calls++ }

//go:noinline
func takeFlags(flags []bool, empty []struct{}) { calls++ }

func someItems(n int) []Item {
	items := make([]Item, n, n+2)
	for i := range items {
		items[i] = Item{fmt.Sprintf("sku-%d", i), i, Money{int64(i) * 100, "EUR"}}
	}
	return items
}

func item(items []Item, i int) interface{} {
	if i < len(items) {
		return items[i]
	}
	return nil
}

func sequences() {
	for _, n := range []int{0, 1, 2, 7, 8, 9, 1000} {
		sequencesOf(n)
	}
	var none []int
	add("nil slice", takeInts, func() { takeInts(none) },
		arg("values", none), null("values[0]"), null("values[999]"), arg("len(values)", 0), arg("cap(values)", 0))
	add("nil slice of strings", takeStrings, func() { takeStrings(nil) },
		arg("values", []string(nil)), null("values[1]"), arg("len(values)", 0))
	nested()
	arrays()
}

func sequencesOf(n int) {
	numbers, names, items := make([]int, n, 2*n+1), make([]string, n), someItems(n)
	pointers := make([]*Item, n)
	for i := range numbers {
		numbers[i], names[i], pointers[i] = i*i-1, fmt.Sprint("name ", i), &items[i]
	}
	pick := func(i int, value func() interface{}) interface{} {
		if i >= n {
			return nil
		}
		return value()
	}
	add(fmt.Sprint(n, " integers"), takeInts, func() { takeInts(numbers) }, arg("values", numbers),
		arg("values[0]", pick(0, func() interface{} { return numbers[0] })),
		arg("values[999]", pick(999, func() interface{} { return numbers[999] })),
		arg("len(values)", n), arg("cap(values)", 2*n+1))
	add(fmt.Sprint(n, " strings"), takeStrings, func() { takeStrings(names) }, arg("values", names),
		arg("values[1]", pick(1, func() interface{} { return names[1] })), arg("len(values)", n))
	add(fmt.Sprint(n, " structs"), takeItems, func() { takeItems(items) }, arg("items", items),
		arg("items[8]", item(items, 8)),
		arg("sku=items[0].SKU", pick(0, func() interface{} { return items[0].SKU })),
		arg("items[8].Price.Cents", pick(8, func() interface{} { return items[8].Price.Cents })))
	add(fmt.Sprint(n, " pointers"), takeItemPointers, func() { takeItemPointers(pointers) },
		arg("items[1]", pick(1, func() interface{} { return pointers[1] })),
		arg("items[7].Price.Currency", pick(7, func() interface{} { return pointers[7].Price.Currency })),
		arg("len(items)", n), arg("len(items[1].SKU)", pick(1, func() interface{} { return len(pointers[1].SKU) })))
}

func nested() {
	grid := [][]int16{{1, 2, 3}, nil, {}, {-4, 5}}
	add("slice of slices", takeGrid, func() { takeGrid(grid) }, arg("grid", grid),
		arg("grid[0][2]", 3), null("grid[1][0]"), null("grid[0][3]"), null("grid[4][0]"), arg("grid[3]", grid[3]),
		arg("len(grid[3])", 2), arg("len(grid[1])", 0), null("len(grid[4])"))
	names := []string{"a", "", "c"}
	add("pointer to a slice", takeSlicePointer, func() { takeSlicePointer(&names) },
		arg("values", names), arg("values[2]", "c"), arg("len(values)", 3), null("values[3]"))
	add("nil pointer to a slice", takeSlicePointer, func() { takeSlicePointer(nil) },
		null("values"), null("values[2]"), null("len(values)"), null("values[3]"))
	flags := []bool{true, false, true}
	add("slice of bools, of nothing", takeFlags, func() { takeFlags(flags, make([]struct{}, 2)) },
		arg("flags", flags), arg("flags[2]", true), arg("empty", make([]struct{}, 2)), arg("len(empty)", 2))
	holes := []*Item{nil, {SKU: "b"}}
	add("slice with nil pointers", takeItemPointers, func() { takeItemPointers(holes) },
		arg("items[1]", holes[1]), null("items[7].Price.Currency"), arg("len(items)", 2), arg("len(items[1].SKU)", 1))
}

// --- arrays ---

//go:noinline
func takeArray0(a [0]int, n int) { calls++ }

//go:noinline
func takeArray1(a [1]int, s [1]string, n int) { calls++ }

//go:noinline
func takeArray3(a [3]int, n int) { calls++ }

//go:noinline
func takeArrays(names [3]string, grid [2][2]int8, mac [6]byte) { calls++ }

//go:noinline
func takeArrayPointer(a *[3]uint16) { calls++ }

//go:noinline
func takeArray9(a [9]int) { calls++ }

type board struct {
	Cells [3]int16
	Names [2]string
	Rows  [2]struct{ A, B uint8 }
	Last  int
}

//go:noinline
func takeBoard(b board) { calls++ }

//go:noinline
func takeBoardPointer(b *board) { calls++ }

type one struct {
	Only [1]int32
	N    int
}

//go:noinline
func takeOne(o one, n int) { calls++ }

//go:noinline
func takeFloatArrays(a [1]float64, b [2]float64) { calls++ }

func arrays() {
	add("array of 0", takeArray0, func() { takeArray0([0]int{}, 7) },
		arg("a", [0]int{}), arg("len(a)", 0), arg("n", 7))
	add("arrays of 1", takeArray1, func() { takeArray1([1]int{-5}, [1]string{"only"}, 8) },
		arg("a", [1]int{-5}), arg("a[0]", -5), arg("s", [1]string{"only"}), arg("s[0]", "only"), arg("n", 8))
	add("array of 3", takeArray3, func() { takeArray3([3]int{1, -2, 3}, 9) },
		arg("a", [3]int{1, -2, 3}), arg("a[2]", 3), arg("len(a)", 3), arg("cap(a)", 3), arg("n", 9))
	names, grid, mac := [3]string{"a", "", "c"}, [2][2]int8{{1, 2}, {-3, 4}}, [6]byte{0, 255, 3}
	add("arrays", takeArrays, func() { takeArrays(names, grid, mac) }, arg("names", names), arg("names[2]", "c"),
		arg("grid", grid), arg("grid[1][0]", -3), arg("grid[1]", grid[1]), arg("mac", mac), arg("mac[1]", 255))
	a := &[3]uint16{1, 2, 65535}
	add("pointer to an array", takeArrayPointer, func() { takeArrayPointer(a) },
		arg("a", a), arg("a[2]", 65535), arg("len(a)", 3))
	nine := [9]int{1, 2, 3, 4, 5, 6, 7, 8, 9}
	add("array of 9", takeArray9, func() { takeArray9(nine) }, arg("a", nine), arg("a[8]", 9))
	arraysInStructs()
	bytesAndHashes()
}

// --- bytes ---

type raw []byte

type hash [20]byte

type account struct {
	Key  [32]byte
	Seal hash
	Tag  [3]byte
	Next int
}

//go:noinline
func takeRawBytes(b []byte, named raw, lists [][]byte) { calls++ }

//go:noinline
func takeHashes(h hash, p *[32]byte, a account, list []hash, m map[[4]byte]int) { calls++ }

//go:noinline
func takeLongArray(long *[300]byte) { calls++ }

func bytesAndHashes() {
	for _, data := range [][]byte{
		nil, {}, []byte("text"), []byte("line\nwith\ttab"), []byte("a\x00b"), {0xde, 0xad, 0xbe, 0xef}, {0xff}, {0, 1, 2},
		[]byte("caf\xc3"), bytes.Repeat([]byte("é"), 100), bytes.Repeat([]byte{0xfe}, 300),
	} {
		b := data
		add(fmt.Sprintf("bytes %.20q", b), takeRawBytes, func() { takeRawBytes(b, raw(b), [][]byte{b, nil, {0x80}}) },
			arg("b", b), arg("named", raw(b)), arg("lists", [][]byte{b, nil, {0x80}}), arg("len(b)", len(b)))
	}
	var a account
	var p [32]byte
	copy(a.Key[:], "a key that is text, 32 bytes: ok")
	copy(a.Seal[:], "\x01\xff\x02")
	copy(a.Tag[:], "tag")
	copy(p[:], "not as long")
	list := []hash{{}, a.Seal, {19: 0x80}}
	m := map[[4]byte]int{{127, 0, 0, 1}: 1, {'t', 'e', 'x', 't'}: 2, {0xff, 0xfe, 0xfd, 0xfc}: 3}
	add("arrays of bytes", takeHashes, func() { takeHashes(a.Seal, &p, a, list, m) }, arg("h", a.Seal), arg("p", &p),
		arg("a", a), arg("a.Key", a.Key), arg("a.Tag[2]", 'g'), arg("list", list), arg("m", m), arg("len(h)", 20))
	long := &[300]byte{299: 1}
	add("a long array of bytes", takeLongArray, func() { takeLongArray(long) }, arg("long", long))
	text := &[300]byte{}
	copy(text[:], strings.Repeat("é", 150))
	add("a long array of text", takeLongArray, func() { takeLongArray(text) }, arg("long", text))
}

func arraysInStructs() {
	b := board{Cells: [3]int16{-1, 0, 1}, Names: [2]string{"x", "y"}, Last: 99}
	b.Rows[1].B = 200
	captures := []capture{arg("b.Cells[0]", -1), arg("b.Names[1]", "y"), arg("b.Rows[1].B", 200), arg("b.Last", 99),
		arg("len(b.Cells)", 3), arg("b.Cells", b.Cells)}
	add("arrays in a struct", takeBoard, func() { takeBoard(b) }, append(captures, arg("b", b))...)
	add("arrays in a struct behind a pointer", takeBoardPointer, func() { takeBoardPointer(&b) },
		append(captures, arg("b", &b))...)
	o := one{[1]int32{-6}, 7}
	add("array of 1 in a struct", takeOne, func() { takeOne(o, 8) },
		arg("o", o), arg("o.Only[0]", -6), arg("o.N", 7), arg("n", 8))
	f1, f2 := [1]float64{1.5}, [2]float64{2.5, 3.5}
	add("arrays of floats", takeFloatArrays, func() { takeFloatArrays(f1, f2) },
		param("a", f1), param("a[0]", 1.5), arg("b", f2), arg("b[1]", 3.5))
}
