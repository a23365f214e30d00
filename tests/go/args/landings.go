// SPDX-License-Identifier: MIT

package main

// Functions that call another first and need their floats after that: they have put them on the stack, or
// into registers of the other kind, before a tracer can see the call.

var (
	total float64
	boxes [2]interface{}
)

//go:noinline
func touch() { calls++ }

//go:noinline
func storedFloats(a int, f float64, s string, g float32, b bool, c complex128, p *float64, n int8) int {
	touch()
	total += f + float64(g) + real(c) + imag(c) + *p
	if b {
		return a + len(s) + int(n)
	}
	return a
}

//go:noinline
func boxedFloats(f float64, g float32) {
	boxes[0] = f
	boxes[1] = g
}

// Fifteen are in registers, two on the stack; on arm64 sixteen and one.
//
//go:noinline
func storedSeventeen(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q float64, z int) {
	touch()
	total += a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + float64(z)
}

//go:noinline
func storedSample(s sample, t celsius) {
	touch()
	total += s.X + float64(s.Y) + float64(t) + float64(s.N) + float64(s.M)
}

// What it is passed a pointer to is another value soon.
//
//go:noinline
func changesFirst(p *int, f float64) {
	*p++
	touch()
	total += f
}

// Its begin is where a loop goes on, which is to count as one call.
//
//go:noinline
func loops(f float64, n int) {
	for {
		touch()
		total += f
		if n--; n <= 0 {
			return
		}
		f /= 2
	}
}

//go:noinline
func nest(f float64, depth int) int {
	touch()
	total += f
	if depth == 0 {
		return 0
	}
	return 1 + nest(f/2, depth-1)
}

func spills() {
	f := 6.5
	add("floats stored first", storedFloats, func() { calls += storedFloats(1, 2.5, "three", -4.25, true, complex(5, 6), &f, -7) },
		arg("a", 1), arg("f", 2.5), arg("s", "three"), arg("g", float32(-4.25)), arg("b", true), arg("c", complex(5, 6)),
		arg("p", 6.5), arg("n", -7))
	add("floats put into interfaces", boxedFloats, func() { boxedFloats(0.1, 0.2) }, arg("f", 0.1), arg("g", float32(0.2)))
	add("seventeen floats stored first", storedSeventeen,
		func() { storedSeventeen(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16.5, 17.25, 18) },
		arg("a", 1.0), arg("b", 2.0), arg("h", 8.0), arg("o", 15.0), arg("p", 16.5), arg("q", 17.25), arg("z", 18))
	s := sample{X: 1.5, N: 7, Y: -0.25, M: -8}
	add("struct with floats stored first", storedSample, func() { storedSample(s, 36.6) },
		arg("s", s), arg("s.X", s.X), arg("s.Y", s.Y), arg("s.N", s.N), arg("t", celsius(36.6)))
	n := 41
	add("memory that changes", changesFirst, func() { changesFirst(&n, 2.5) }, arg("p", 41), param("f", 2.5))
	add("loop at the begin", loops, func() { loops(2.5, 3) }, param("f", 2.5), arg("n", 3))
}

// nestings end in the other order than they begin.
func nestings() {
	const depth = 4
	for i := 0; i <= depth; i++ {
		run := func() {}
		if i == 0 {
			run = func() { calls += nest(16, depth) }
		}
		returning("recursion with stored floats", nest, run, arg("f", float64(int(1)<<uint(i))), arg("depth", i), arg("ret", i))
	}
}
