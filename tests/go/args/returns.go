// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"strings"
	"time"
)

//go:noinline
func length(s string) int { return len(s) }

//go:noinline
func divide(a, b int) (int, error) {
	if b == 0 {
		return 0, errors.New("division by zero")
	}
	return a / b, nil
}

//go:noinline
func split(s string) (head, tail string, found bool) {
	i := strings.Index(s, "=")
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

//go:noinline
func findOrder(id int) *Order {
	if id == 0 {
		return nil
	}
	return theOrder
}

//go:noinline
func half(n int) float64 { return float64(n) / 2 }

//go:noinline
func price(n int64) Money { return Money{n, "EUR"} }

//go:noinline
func bigResult(n int) (large, int8) { return large{Words: [24]int64{5: int64(n)}, Name: "big"}, -8 }

//go:noinline
func elapsed(n int) (time.Duration, map[string]int) { return time.Duration(n), map[string]int{"n": n} }

// Its parameter is another when it returns than when it is called.
//
//go:noinline
func countDown(n int) (steps int) {
	for ; n > 0; n-- {
		steps++
	}
	return steps
}

//go:noinline
func factorial(n int) int {
	if n < 2 {
		return 1
	}
	return n * factorial(n-1)
}

var theOrder = someOrder()

// returning adds a call of which results are captured, which takes --latency.
func returning(name string, function interface{}, run func(), captures ...capture) {
	add(name, function, run, captures...).Returns = true
}

func returns() {
	returning("one result", length, func() { length("kettle") }, arg("s", "kettle"), arg("ret", 6))
	returning("result and no error", divide, func() { divide(7, 2) }, arg("a", 7), arg("ret0", 3), null("ret1"))
	_, err := divide(7, 0)
	returning("result and an error", divide, func() { divide(7, 0) }, arg("a", 7), arg("ret0", 0), at("ret1", &err))
	returning("named results", split, func() { split("a=b") }, arg("ret0", "a"), arg("ret1", "b"), arg("ret2", true))
	returning("other return", split, func() { split("ab") }, arg("ret0", "ab"), arg("ret1", ""), arg("ret2", false))
	returning("pointer as result", findOrder, func() { findOrder(1) },
		arg("ret.ID", theOrder.ID), arg("sku=ret.Items[0].SKU", theOrder.Items[0].SKU), arg(`ret.Meta["gift"]`, "yes"))
	returning("nil as result", findOrder, func() { findOrder(0) },
		null("ret.ID"), null("sku=ret.Items[0].SKU"), null(`ret.Meta["gift"]`))
	returning("float as result", half, func() { half(5) }, arg("n", 5), param("ret", 2.5))
	returning("struct as result", price, func() { price(99) }, arg("ret", Money{99, "EUR"}), arg("ret.Currency", "EUR"))
	returning("results on the stack", bigResult, func() { bigResult(77) },
		arg("ret0.Words[5]", 77), arg("ret0.Name", "big"), arg("ret1", -8))
	returning("duration and map", elapsed, func() { elapsed(1500) },
		arg("ret0", time.Duration(1500)), arg(`ret1["n"]`, 1500), arg("ret1", map[string]int{"n": 1500}))
	returning("parameter that changes", countDown, func() { countDown(5) }, arg("n", 5), arg("ret", 5))
	recursions()
	nestings()
}

// recursions end in the other order than they begin.
func recursions() {
	results := []int{1, 2, 6, 24}
	for i, result := range results {
		run := func() {}
		if i == 0 {
			run = func() { factorial(4) }
		}
		returning("recursion", factorial, run, arg("n", i+1), arg("ret", result))
	}
}
