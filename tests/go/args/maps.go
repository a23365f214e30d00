// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

//go:noinline
func takeStringMap(m map[string]string) { calls++ }

//go:noinline
func takeCounts(m map[string]int) { calls++ }

//go:noinline
func takeNames(m map[int]string) { calls++ }

//go:noinline
func takeStructs(m map[int64]Item) { calls++ }

//go:noinline
func takeStructsByName(m map[string]Item) { calls++ }

//go:noinline
func takeLists(m map[string][]string) { calls++ }

//go:noinline
func takePointersByName(m map[string]*Item) { calls++ }

// Between and past the bounds of a group (8), with growth under way in the maps of old (53, 105, 6657).
var sizes = []int{0, 1, 2, 7, 8, 9, 13, 53, 105, 1000, 6657, 10000}

// A map, as it came to be.
type history struct {
	name string
	m    map[string]int
}

func fill(m map[string]int, from, to int) {
	for i := from; i < to; i++ {
		m[fmt.Sprint("key ", i)] = i
	}
}

func withoutHalf(n int) map[string]int {
	m := map[string]int{}
	fill(m, 0, n)
	for i := 0; i < n; i += 2 {
		delete(m, fmt.Sprint("key ", i))
	}
	return m
}

func refilled(n int) map[string]int {
	m := withoutHalf(n)
	fill(m, n, n+n/2)
	return m
}

func cleared(n int) map[string]int {
	m := map[string]int{}
	fill(m, 0, n)
	for k := range m {
		delete(m, k)
	}
	return m
}

func clearedAndFilled(n int) map[string]int {
	m := cleared(n)
	fill(m, n/2, n/2+5)
	return m
}

// churned has had far more entries come and go than it ever held at once.
func churned(n int) map[string]int {
	m := map[string]int{}
	for i := 0; i < 50*n; i++ {
		fill(m, i, i+1)
		delete(m, fmt.Sprint("key ", i-n))
	}
	return m
}

func histories() (all []history) {
	for _, n := range sizes {
		m, hinted := map[string]int{}, make(map[string]int, n)
		fill(m, 0, n)
		fill(hinted, 0, n)
		all = append(all, history{fmt.Sprint(n, " entries"), m}, history{fmt.Sprint(n, " entries, as announced"), hinted})
	}
	for _, n := range []int{2, 8, 9, 60, 10000} {
		all = append(all, history{fmt.Sprint("half of ", n, " deleted"), withoutHalf(n)},
			history{fmt.Sprint("half of ", n, " deleted, refilled"), refilled(n)},
			history{fmt.Sprint(n, " cleared"), cleared(n)},
			history{fmt.Sprint(n, " cleared, some filled"), clearedAndFilled(n)})
	}
	return append(all, history{"churned 8", churned(8)}, history{"churned 100", churned(100)}, history{"nil", nil})
}

// entry is m[key], or nil where that is not there.
func entry(m interface{}, key interface{}) interface{} {
	found := reflect.ValueOf(m).MapIndex(reflect.ValueOf(key))
	if !found.IsValid() {
		return nil
	}
	return found.Interface()
}

func maps() {
	for _, h := range histories() {
		m := h.m
		add("map[string]int: "+h.name, takeCounts, func() { takeCounts(m) }, arg("len(m)", len(m)),
			arg(`m["key 0"]`, entry(m, "key 0")), arg(`m["key 1"]`, entry(m, "key 1")), arg(`m["key 7"]`, entry(m, "key 7")),
			arg(`m["key 8"]`, entry(m, "key 8")), arg(`last=m["key 9999"]`, entry(m, "key 9999")), null(`m["no key"]`))
	}
	for _, n := range sizes {
		mapsOfSize(n)
	}
	smallMaps()
	integerKeys()
	longKeys()
	elements()
	mapsInMaps()
}

func mapsOfSize(n int) {
	texts, names, structs := map[string]string{}, map[int]string{}, map[int64]Item{}
	byName, lists, pointers := map[string]Item{}, map[string][]string{}, map[string]*Item{}
	for i, it := range someItems(n) {
		it, k := it, "k"+strconv.Itoa(i)
		texts[k], names[i-1], structs[int64(i)*1e12] = "value of "+k, "name of "+k, it
		byName[k], lists[k], pointers[k] = it, []string{k, "", it.SKU}, &it
	}
	sized := func(of string) string { return fmt.Sprint(of, ": ", n, " entries") }
	add(sized("map[string]string"), takeStringMap, func() { takeStringMap(texts) }, arg("len(m)", n),
		arg(`m["k0"]`, entry(texts, "k0")), arg(`m["k8"]`, entry(texts, "k8")), arg(`m["k9999"]`, entry(texts, "k9999")))
	add(sized("map[int]string"), takeNames, func() { takeNames(names) }, arg("len(m)", n),
		arg("m[-1]", entry(names, -1)), arg("m[7]", entry(names, 7)), arg("m[9998]", entry(names, 9998)), null("m[9999]"))
	add(sized("map[int64]struct"), takeStructs, func() { takeStructs(structs) }, arg("len(m)", n),
		arg("m[0]", entry(structs, int64(0))), arg("m[8000000000000].SKU", fieldOf(entry(structs, int64(8e12)), "SKU")),
		null("m[1].SKU"))
	add(sized("map[string]struct"), takeStructsByName, func() { takeStructsByName(byName) }, arg("len(m)", n),
		arg(`m["k0"]`, entry(byName, "k0")), arg(`m["k7"].Count`, fieldOf(entry(byName, "k7"), "Count")))
	add(sized("map[string][]string"), takeLists, func() { takeLists(lists) }, arg(`m["k0"]`, entry(lists, "k0")),
		arg(`m["k8"][2]`, third(lists["k8"])), null(`m["k8"][3]`), arg(`len(m["k8"])`, lengthIn(lists, "k8")))
	add(sized("map[string]*struct"), takePointersByName, func() { takePointersByName(pointers) },
		arg(`m["k0"]`, entry(pointers, "k0")), arg(`m["k7"].SKU`, fieldOf(entry(pointers, "k7"), "SKU")), null(`m["k"].SKU`))
}

func fieldOf(v interface{}, name string) interface{} {
	if v == nil {
		return nil
	}
	return reflect.Indirect(reflect.ValueOf(v)).FieldByName(name).Interface()
}

func third(list []string) interface{} {
	if list == nil {
		return nil
	}
	return list[2]
}

func lengthIn(lists map[string][]string, key string) interface{} {
	if list, there := lists[key]; there {
		return len(list)
	}
	return nil
}

// --- whole maps ---

//go:noinline
func takeWholeMaps(counts map[string]int, names map[int]string, items map[string]*Item, set map[string]struct{}) {
	calls++
}

//go:noinline
func takeOddMaps(flags map[bool]int8, bytes map[uint8]bool, times map[weekday]time.Duration) { calls++ }

func smallMaps() {
	for n := 0; n <= 10; n++ {
		counts, names, items, set := map[string]int{}, map[int]string{}, map[string]*Item{}, map[string]struct{}{}
		for i, it := range someItems(n) {
			it, k := it, fmt.Sprint("key ", i)
			counts[k], names[-i], items[k], set[k] = i*i, k, &it, struct{}{}
		}
		add(fmt.Sprint("whole maps of ", n), takeWholeMaps, func() { takeWholeMaps(counts, names, items, set) },
			arg("counts", counts), arg("names", names), arg("items", items), arg("set", set),
			arg(`set["key 0"]`, entry(set, "key 0")))
	}
	add("whole nil maps", takeWholeMaps, func() { takeWholeMaps(nil, nil, nil, nil) },
		null("counts"), null("names"), null("items"), null("set"), null(`set["key 0"]`))
	half := withoutHalf(8)
	add("whole map with gaps", takeCountsWhole, func() { takeCountsWhole(half) }, arg("m", half))
	grown := withoutHalf(16)
	add("whole map with gaps, grown", takeCountsWhole, func() { takeCountsWhole(grown) }, arg("m", grown))
	flags, bytes := map[bool]int8{true: 1, false: -1}, map[uint8]bool{0: true, 255: false}
	times := map[weekday]time.Duration{6: time.Second}
	add("whole maps of odd keys", takeOddMaps, func() { takeOddMaps(flags, bytes, times) },
		arg("flags", flags), arg("bytes", bytes), arg("times", times))
}

//go:noinline
func takeCountsWhole(m map[string]int) { calls++ }

// --- keys ---

//go:noinline
func takeIntegerKeys(a map[uint8]string, b map[int8]int, c map[uint16]bool, d map[int32]int64) {
	calls++
}

//go:noinline
func takeWordKeys(a map[uint64]string, b map[int64]string, c map[uint32]int8, d map[weekday]string) {
	calls++
}

func integerKeys() {
	for _, n := range []int{8, 9, 200} {
		a, b, c, d := map[uint8]string{}, map[int8]int{}, map[uint16]bool{}, map[int32]int64{}
		for i := 0; i < n; i++ {
			a[uint8(255-i)], b[int8(i-128)], c[uint16(i*300)], d[int32(-i*1000)] = fmt.Sprint(i), -i, i%2 == 0, int64(i)<<40
		}
		add(fmt.Sprint("maps with small keys: ", n, " entries"), takeIntegerKeys, func() { takeIntegerKeys(a, b, c, d) },
			arg("a[255]", a[255]), null("a[0]"), arg("b[-128]", b[-128]), arg("b[-121]", b[-121]),
			arg("c[300]", c[300]), null("c[301]"), arg("d[-7000]", d[-7000]), null("d[7000]"))
	}
	a := map[uint64]string{0: "none", 1<<64 - 1: "most", 1 << 63: "half"}
	b := map[int64]string{-1 << 63: "least", 1<<63 - 1: "most", 0: "none", -1: "before"}
	c, d := map[uint32]int8{1<<32 - 1: -128}, map[weekday]string{5: "Friday"}
	add("maps with keys at the limits", takeWordKeys, func() { takeWordKeys(a, b, c, d) },
		arg("a[18446744073709551615]", "most"), arg("a[9223372036854775808]", "half"), arg("a[0]", "none"),
		arg("b[-9223372036854775808]", "least"), arg("b[9223372036854775807]", "most"), arg("b[-1]", "before"),
		arg("c[4294967295]", -128), arg("d[5]", "Friday"), null("d[6]"))
}

//go:noinline
func takeLongKeys(m map[string]int, named map[label]int) { calls++ }

// longKeys looks up keys of up to 64 bytes beside others that begin or end like them.
func longKeys() {
	k64, k63 := strings.Repeat("k", 64), strings.Repeat("k", 63)
	odd := "q\"\\\n\t\x00\xff"
	for _, extra := range []int{0, 50} {
		m := map[string]int{"": 1, k64: 64, k63: 63, k64 + "k": 65, "x" + k63: 66, k63 + "x": 67, odd: 7}
		fill(m, 0, extra)
		named := map[label]int{"a": 1, label(k64): 2}
		add(fmt.Sprint("long and odd keys, with others: ", extra), takeLongKeys, func() { takeLongKeys(m, named) },
			arg(`m[""]`, 1), arg(`m["`+k64+`"]`, 64), arg(`m["`+k63+`"]`, 63), arg(`m["x`+k63+`"]`, 66),
			null(`m["`+k64[:62]+`"]`), arg(`odd=m["q\"\\\n\t\x00\xff"]`, 7),
			arg(`named["a"]`, 1), arg(`named["`+k64+`"]`, 2), null(`named[""]`))
	}
}

// --- elements ---

// Elements of more than 128 bytes lie apart from the map.
type large struct {
	Words [24]int64
	Name  string
}

//go:noinline
func takeElements(bigs map[int]large, bools map[string]bool, set map[string]struct{}, any map[string]interface{}) {
	calls++
}

func elements() {
	for _, n := range []int{1, 8, 9, 300} {
		bigs, bools := map[int]large{}, map[string]bool{}
		set, any := map[string]struct{}{}, map[string]interface{}{"s": "text", "n": nil}
		for i := 0; i < n; i++ {
			k := fmt.Sprint("k", i)
			bigs[i], bools[k], set[k], any[k] = large{Words: [24]int64{23: int64(-i)}, Name: k}, i%2 == 0, struct{}{}, i
		}
		add(fmt.Sprint("maps of other elements: ", n, " entries"), takeElements,
			func() { takeElements(bigs, bools, set, any) },
			arg("bigs[0].Words[23]", 0), arg("bigs[7].Name", fieldOf(entry(bigs, 7), "Name")), null("bigs[-1].Name"),
			arg(`bools["k0"]`, true), arg(`bools["k7"]`, entry(bools, "k7")), arg(`set["k0"]`, struct{}{}), null(`set["no"]`),
			arg(`any["s"].(string)`, "text"), null(`any["n"]`), arg(`any["k0"].(int)`, 0))
	}
}

//go:noinline
func takeMapsInMaps(m map[string]map[string]int, p *map[int]string) { calls++ }

func mapsInMaps() {
	m := map[string]map[string]int{"a": {"x": 1, "y": 2}, "none": nil, "all": {}}
	fill(m["all"], 0, 1000)
	p := &map[int]string{3: "three"}
	add("maps in maps", takeMapsInMaps, func() { takeMapsInMaps(m, p) },
		arg(`m["a"]["y"]`, 2), arg(`m["a"]`, m["a"]), null(`m["none"]["x"]`), null(`m["b"]["x"]`),
		arg(`m["all"]["key 999"]`, 999), arg(`len(m["all"])`, 1000), arg(`len(m["none"])`, 0), null(`len(m["b"])`),
		arg("p", p), arg("p[3]", "three"), arg("len(p)", 1))
}
