// SPDX-License-Identifier: MIT

//go:build go1.18
// +build go1.18

package main

type user struct {
	name string
	age  int
}

type order struct{ id int }

//go:noinline
func first[T any](values []T) T { return values[0] }

func makeGenericCalls(round int) {
	first([]int{round, 1})
	first([]string{"a", "b"})
	first([]*user{{"Ada", 36}})
	first([]*order{{300 + round}})
}
