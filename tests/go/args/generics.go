// SPDX-License-Identifier: MIT

//go:build go1.18
// +build go1.18

package main

import "fmt"

type number interface {
	~int | ~int8 | ~int64 | ~float64
}

type Pair[K comparable, V any] struct {
	Key   K
	Value V
}

type Stack[T any] struct {
	items []T
	limit int
}

type tag struct{ Text string }

func (t tag) String() string { return t.Text }

func (it *Item) String() string { return it.SKU }

//go:noinline
func Map[T, U any](values []T, label string, zero U) { calls++ }

//go:noinline
func Sum[N number](values ...N) (sum N) {
	for _, n := range values {
		sum += n
	}
	return sum
}

//go:noinline
func Pick[T fmt.Stringer](label string, value T, n int) { calls += len(value.String()) }

//go:noinline
func Show[K comparable, V any](p Pair[K, V], q *Pair[K, V], m map[K]V) { calls++ }

//go:noinline
func takePair(p Pair[string, int], list []Pair[int8, bool]) { calls++ }

//go:noinline
func (s *Stack[T]) Push(item T, note string) { s.items = append(s.items, item) }

//go:noinline
func (s Stack[T]) Peek(depth int) (item T) { return s.items[len(s.items)-1-depth] }

func generics() {
	addMap([]int{1, -2, 3}, "ints", "text")
	addMap([]string{"a", "b"}, "strings", 7)
	addMap([]string{"c"}, "strings again", int64(-7))
	addMap(someItems(2), "structs", 2.5)
	addMap([]celsius{1.5}, "named floats", []int8{1, 2})
	addMap([]bool(nil), "nothing", Money{3, "SEK"})
	addSum(1, 2, 3)
	addSum(int8(-1), -2)
	addSum(0.5, 0.25)
	addSum[int64]()
	addSum(celsius(36.5))
	picks()
	addShow(Pair[string, int]{"a", 1})
	addShow(Pair[int, string]{-2, "b"})
	addShow(Pair[int8, Money]{3, Money{4, "NOK"}})
	list := []Pair[int8, bool]{{1, true}, {-2, false}}
	add("generic type", takePair, func() { takePair(Pair[string, int]{"k", 5}, list) },
		arg("p", Pair[string, int]{"k", 5}), arg("p.Key", "k"), arg("list", list), arg("list[1].Key", -2))
	addStack("strings", "a", "b")
	addStack("integers", 1, 2)
	addStack("structs", Money{1, "EUR"}, Money{2, "USD"})
	addStack("floats", 1.5, 2.5)
}

func addMap[T, U any](values []T, label string, zero U) {
	add(fmt.Sprintf("Map[%T,%T]", values, zero), "main.Map[...]", func() { Map(values, label, zero) }, arg("values", values),
		arg("len(values)", len(values)), arg("label", label), param("zero", zero))
}

func addSum[N number](values ...N) {
	var first interface{}
	if len(values) > 0 {
		first = values[0]
	}
	add(fmt.Sprintf("Sum %T", values), "main.Sum[...]", func() { Sum(values...) },
		arg("values", values), arg("values[0]", first), arg("len(values)", len(values)))
}

const pointerShape = "type parameters that are pointers share one function, which has them as *uint8"

func picks() {
	it := &Item{SKU: "pointer"}
	add("type parameter with a method", "main.Pick[...]", func() { Pick("struct", tag{"t"}, 1) },
		arg("label", "struct"), arg("n", 1))
	c := add("type parameter that is a pointer", "main.Pick[...]", func() { Pick("pointer", it, 2) },
		arg("label", "pointer"), arg("n", 2))
	c.Omitted = object{{"value", pointerShape}}
}

func addShow[K comparable, V any](p Pair[K, V]) {
	m := map[K]V{p.Key: p.Value}
	add(fmt.Sprintf("Show %T", p), "main.Show[...]", func() { Show(p, &p, m) }, arg("p", p), arg("p.Key", p.Key),
		arg("p.Value", p.Value), arg("q", &p), arg("q.Value", p.Value), arg("m", m), arg("len(m)", 1))
}

// addStack knows what the stack will hold when the call is made, though not where.
func addStack[T any](name string, first, second T) {
	s := &Stack[T]{limit: 5}
	add("Push on none: "+name, "main.(*Stack[...]).Push", func() { s.Push(first, "first") }, param("item", first),
		arg("note", "first"), arg("s.limit", 5), arg("len(s.items)", 0), null("s.items[0]"), arg("s", &Stack[T]{limit: 5}))
	add("Push: "+name, "main.(*Stack[...]).Push", func() { s.Push(second, "second") }, param("item", second),
		arg("note", "second"), arg("s.limit", 5), arg("len(s.items)", 1), arg("s.items[0]", first),
		arg("s", &Stack[T]{[]T{first}, 5}))
	add("Peek: "+name, "main.Stack[...].Peek", func() { s.Peek(1) }, arg("depth", 1), arg("s.limit", 5),
		arg("s.items[1]", second), arg("s", Stack[T]{[]T{first, second}, 5}))
}
