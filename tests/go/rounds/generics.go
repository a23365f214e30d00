// SPDX-License-Identifier: MIT

//go:build go1.18
// +build go1.18

package main

import (
	"fmt"
	"time"
)

type user struct {
	name string
	age  int
}

type order struct{ id int }

type cache[V any] struct {
	last V
	all  []V
	byID map[string]V
}

//go:noinline
func (c *cache[V]) put(key string, v V) V {
	c.last, c.all, c.byID[key] = v, append(c.all[:0], v), v
	return v
}

//go:noinline
func (c *cache[V]) get(key string) (v V, found bool) {
	v, found = c.byID[key]
	return v, found
}

// pick has two type parameters, which may have one shape.
//
//go:noinline
func pick[A, B any](a A, b B, left bool) (A, B) {
	if left {
		return a, *new(B)
	}
	return *new(A), b
}

// kind has a type of its own that its shape does not tell.
type kind int

//go:noinline
func first[T any](values []T) T { return values[0] }

//go:noinline
func whole[T any](value T) T { return value }

// wrap passes on what is made of its type parameter.
//
//go:noinline
func wrap[T any](v T) {
	whole([]T{v})
	whole(struct {
		V T
		B *byte
	}{V: v})
	whole(&v)
}

// named knows by its constraint what P points to.
//
//go:noinline
func named[E any, P interface{ *E }](p P) P { return p }

var (
	users  = &cache[*user]{byID: map[string]*user{}}
	orders = &cache[*order]{byID: map[string]*order{}}
)

// makeGenericCalls returns the address of what it passes.
func makeGenericCalls(round int) string {
	ada := &user{"Ada", 36}
	first([]int{round, 1})
	first([]string{"a", "b"})
	first([]*user{ada})
	first([]*order{{300 + round}})
	users.put("ada", ada)
	orders.put("o1", &order{300 + round})
	users.get("ada")
	orders.get("o1")
	pick(ada, &order{300 + round}, true)
	pick(&order{300 + round}, ada, false)
	whole(kind(7))
	whole(time.Duration(1500))
	whole(*ada)
	wrap(ada)
	named(ada)
	return fmt.Sprintf("%p", ada)
}
