// SPDX-License-Identifier: MIT

// Command held passes values of twenty implementations in interfaces, once for each line of its standard input, and says so
// after each.
package main

import (
	"bufio"
	"fmt"
	"os"
)

type Shape interface{ Area() int }

type (
	S1  struct{ A int }
	S2  struct{ A int }
	S3  struct{ A int }
	S4  struct{ A int }
	S5  struct{ A int }
	S6  struct{ A int }
	S7  struct{ A int }
	S8  struct{ A int }
	S9  struct{ A int }
	S10 struct{ A int }
	S11 struct{ A int }
	S12 struct{ A int }
	S13 struct{ A int }
	S14 struct{ A int }
	S15 struct{ A int }
	S16 struct{ A int }
	S17 struct{ A int }
	S18 struct{ A int }
	S19 struct{ A int }
	S20 struct{ A int }
)

func (s S1) Area() int  { return s.A }
func (s S2) Area() int  { return s.A }
func (s S3) Area() int  { return s.A }
func (s S4) Area() int  { return s.A }
func (s S5) Area() int  { return s.A }
func (s S6) Area() int  { return s.A }
func (s S7) Area() int  { return s.A }
func (s S8) Area() int  { return s.A }
func (s S9) Area() int  { return s.A }
func (s S10) Area() int { return s.A }
func (s S11) Area() int { return s.A }
func (s S12) Area() int { return s.A }
func (s S13) Area() int { return s.A }
func (s S14) Area() int { return s.A }
func (s S15) Area() int { return s.A }
func (s S16) Area() int { return s.A }
func (s S17) Area() int { return s.A }
func (s S18) Area() int { return s.A }
func (s S19) Area() int { return s.A }
func (s S20) Area() int { return s.A }

var total int

//go:noinline
func takeShape(s Shape, round int) { total += s.Area() + round }

//go:noinline
func takeAny(v interface{}, round int) {
	if v != nil {
		total += round
	}
}

func main() {
	fmt.Println("ready")
	shapes := []Shape{S1{1}, S2{2}, S3{3}, S4{4}, S5{5}, S6{6}, S7{7}, S8{8}, S9{9}, S10{10}, S11{11}, S12{12}, S13{13}, S14{14},
		S15{15}, S16{16}, S17{17}, S18{18}, S19{19}, S20{20}}
	lines := bufio.NewScanner(os.Stdin)
	for round := 0; lines.Scan(); round++ {
		for _, shape := range shapes {
			takeShape(shape, round)
			takeAny(shape, round)
		}
		fmt.Println("round", round)
	}
}
