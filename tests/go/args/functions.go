// SPDX-License-Identifier: MIT

package main

//go:noinline
func (i Item) Describe(prefix string) { calls++ }

//go:noinline
func (i *Item) Restock(n int) { calls++ }

// A method of a value in one float.
//
//go:noinline
func (t celsius) Warm(by int) { calls++ }

//go:noinline
func (b bigSample) Log(n int) { calls++ }

//go:noinline
func (l *label) Set(text string) { calls++ }

//go:noinline
func (Square) Anonymous(n int) { calls++ }

//go:noinline
func variadic(first int, rest ...string) { calls++ }

//go:noinline
func variadicAny(format string, rest ...interface{}) { calls++ }

//go:noinline
func makeAdder(n int) func(x int) int {
	return func(x int) int {
		calls++
		return n + x
	}
}

//go:noinline
func makeNested(prefix string) func(it *Item) func(suffix string) {
	return func(it *Item) func(suffix string) {
		return func(suffix string) {
			calls += len(prefix) + len(it.SKU) + len(suffix)
		}
	}
}

//go:noinline
func deferred(n int, s string) { calls++ }

//go:noinline
func onGoroutine(n int) { calls++ }

func functions() {
	methods()
	methodValues()
	add("variadic", variadic, func() { variadic(1, "a", "b") },
		arg("first", 1), arg("rest", []string{"a", "b"}), arg("rest[1]", "b"), arg("len(rest)", 2))
	add("variadic of none", variadic, func() { variadic(2) },
		arg("first", 2), arg("rest", []string(nil)), null("rest[1]"), arg("len(rest)", 0))
	add("variadic of interfaces", variadicAny, func() { variadicAny("%d %s", 7, "x", nil, Money{1, "EUR"}) },
		arg("format", "%d %s"), arg("rest[0].(int)", 7), arg("rest[1].(string)", "x"), null("rest[2]"),
		arg("rest[3].(main.Money).Currency", "EUR"), null("rest[0].(string)"), arg("len(rest)", 4))
	closures()
	add("deferred", deferred, func() { defer deferred(-3, "later") }, arg("n", -3), arg("s", "later"))
	id := goid()
	add("the goroutine", onGoroutine, func() { onGoroutine(5) }, arg("n", 5), arg("@g.goid", id))
}

func methods() {
	it := Item{"sku", 3, Money{250, "EUR"}}
	add("method by value", Item.Describe, func() { it.Describe("item: ") },
		arg("i.SKU", "sku"), arg("i.Price.Currency", "EUR"), arg("prefix", "item: "), arg("i", it))
	add("method by pointer", (*Item).Restock, func() { it.Restock(-5) },
		arg("i.SKU", "sku"), arg("i.Price.Cents", 250), arg("n", -5), arg("i", &it))
	add("method by nil pointer", (*Item).Restock, func() { (*Item)(nil).Restock(6) },
		null("i.SKU"), null("i.Price.Cents"), arg("n", 6), null("i"))
	add("method of a float", celsius.Warm, func() { celsius(20.5).Warm(2) }, param("t", celsius(20.5)), arg("by", 2))
	b := bigSample{Words: [7]int{1: 11}}
	add("method of a big struct", bigSample.Log, func() { b.Log(4) }, arg("b.Words[1]", 11), arg("n", 4))
	l := label("old")
	add("method of a pointer to a string", (*label).Set, func() { l.Set("new") }, arg("l", l), arg("text", "new"))
	add("method without a receiver's name", Square.Anonymous, func() { Square{"s", 2}.Anonymous(9) }, arg("n", unlisted{9}))
}

func methodValues() {
	it := &Item{SKU: "bound", Count: 1}
	restock, describe := it.Restock, it.Describe
	add("method value by pointer", (*Item).Restock, func() { restock(7) },
		arg("i.SKU", "bound"), arg("i.Price.Cents", 0), arg("n", 7), arg("i", it))
	add("method value by value", Item.Describe, func() { describe("bound: ") },
		arg("i.SKU", "bound"), arg("i.Price.Currency", ""), arg("prefix", "bound: "), arg("i", *it))
	expression := (*Item).Restock
	add("method expression", (*Item).Restock, func() { expression(it, 8) },
		arg("i.SKU", "bound"), arg("i.Price.Cents", 0), arg("n", 8), arg("i", it))
	var described interface{ Describe(string) } = it
	add("method by value through an interface", Item.Describe, func() { described.Describe("held: ") },
		arg("i.SKU", "bound"), arg("i.Price.Currency", ""), arg("prefix", "held: "), arg("i", *it))
}

func closures() {
	adder, outer := makeAdder(40), makeNested("pre")
	it := &Item{SKU: "in a closure"}
	inner := outer(it)
	add("closure", adder, func() { calls += adder(2) }, arg("x", 2))
	add("closure that makes one", outer, func() { outer(it) }, arg("it.SKU", it.SKU))
	add("closure in a closure", inner, func() { inner("post") }, arg("suffix", "post"))
}
