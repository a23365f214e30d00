// SPDX-License-Identifier: MIT

// Command rounds makes one round of calls for each line of its standard input. After each it says so, and at
// which address a value was that it passed by pointers.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
)

//go:noinline
func reply(status int) int { return status + 1 }

//go:noinline
func handle(round int) int { return reply(200 + round) }

//go:noinline
func divide(a, b int) (quotient int, err error) {
	if b == 0 {
		return 0, errors.New("no divisor")
	}
	return a / b, nil
}

//go:noinline
func fall(round int) int {
	if round >= 0 {
		panic("as told")
	}
	return round
}

func recoverFall(round int) {
	defer func() { recover() }()
	fall(round)
}

//go:noinline
func join(left, right string) string { return left + right }

// The code of these two is no more than a return, of the second where arguments come in registers.
//
//go:noinline
func nothing() {}

//go:noinline
func same(value int) int { return value }

type pair struct{ left, right int }

//go:noinline
func (p *pair) sum(more int) int { return p.left + p.right + more }

func main() {
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for round := 0; lines.Scan(); round++ {
		handle(round)
		divide(round, 2)
		divide(round, 0)
		recoverFall(round)
		join("left", "right")
		nothing()
		same(round)
		(&pair{1, 2}).sum(round)
		fmt.Println("done", makeGenericCalls(round))
	}
}
