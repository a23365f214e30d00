// SPDX-License-Identifier: MIT

package main

import (
	"math"
	"strings"
)

type weekday uint8

type celsius float64

type label string

//go:noinline
func takeBool(b bool) { calls++ }

//go:noinline
func takeInt(n int) { calls++ }

//go:noinline
func takeInt8(n int8) { calls++ }

//go:noinline
func takeInt16(n int16) { calls++ }

//go:noinline
func takeInt32(n int32) { calls++ }

//go:noinline
func takeInt64(n int64) { calls++ }

//go:noinline
func takeUint(n uint) { calls++ }

//go:noinline
func takeUint8(n uint8) { calls++ }

//go:noinline
func takeUint16(n uint16) { calls++ }

//go:noinline
func takeUint32(n uint32) { calls++ }

//go:noinline
func takeUint64(n uint64) { calls++ }

//go:noinline
func takeUintptr(n uintptr) { calls++ }

//go:noinline
func takeRune(r rune) { calls++ }

//go:noinline
func takeByte(b byte) { calls++ }

//go:noinline
func takeWeekday(day weekday) { calls++ }

//go:noinline
func takeUnicode(größe int) { calls++ }

func scalars() {
	each("bool", takeBool, "b", false, true)
	each("int8", takeInt8, "n", int8(0), int8(-1), int8(math.MinInt8), int8(math.MaxInt8))
	each("int16", takeInt16, "n", int16(-1), int16(math.MinInt16), int16(math.MaxInt16))
	each("int32", takeInt32, "n", int32(-1), int32(math.MinInt32), int32(math.MaxInt32))
	each("int64", takeInt64, "n", int64(-1), int64(math.MinInt64), int64(math.MaxInt64),
		int64(1<<53), int64(1<<53+1), int64(-1<<53), int64(-1<<53-1))
	each("int", takeInt, "n", 0, 42, -42, math.MinInt64, math.MaxInt64)
	each("uint8", takeUint8, "n", uint8(0), uint8(math.MaxUint8))
	each("uint16", takeUint16, "n", uint16(0), uint16(math.MaxUint16))
	each("uint32", takeUint32, "n", uint32(0), uint32(math.MaxUint32))
	each("uint64", takeUint64, "n", uint64(0), uint64(1<<53), uint64(1<<53+1), uint64(1<<63), uint64(math.MaxUint64))
	each("uint", takeUint, "n", uint(7), uint(math.MaxUint64))
	each("uintptr", takeUintptr, "n", uintptr(0), uintptr(4096), uintptr(math.MaxUint64))
	each("rune", takeRune, "r", 'a', '\u20ac', '\U0001F4A9', rune(-1))
	each("byte", takeByte, "b", byte(0), byte('x'), byte(255))
	each("named integer", takeWeekday, "day", weekday(6))
	each("unicode name", takeUnicode, "größe", 178)
	floats()
}

// --- floats ---

//go:noinline
func takeFloat32(f float32) { calls++ }

//go:noinline
func takeFloat64(f float64) { calls++ }

//go:noinline
func takeCelsius(t celsius) { calls++ }

//go:noinline
func takeComplex64(c complex64) { calls++ }

//go:noinline
func takeComplex128(c complex128) { calls++ }

//go:noinline
func takeFloatPointers(f *float32, d *float64, c *complex64, z *complex128) { calls++ }

//go:noinline
func takeFloatSlices(f []float32, d []float64, t []celsius, z []complex128) { calls++ }

// Of its own registers: the floats in X0 and X1, the integers in AX and BX.
type sample struct {
	X float64
	N int
	Y float32
	M int8
}

//go:noinline
func takeSample(s sample) { calls++ }

//go:noinline
func takeSamplePointer(s *sample) { calls++ }

// Ten words do not fit into registers.
type bigSample struct {
	Sample sample
	Words  [7]int
	Z      complex64
}

//go:noinline
func takeBigSample(s bigSample) { calls++ }

var float32s = []float32{0, 0.1, -1.5, 16777216, 3.4028235e38, 1e-45, float32(math.Inf(1)), float32(math.NaN())}

var float64s = []float64{0, math.Copysign(0, -1), 0.1, 1.0 / 3, -2.5, 1e17, 1e300, math.MaxFloat64,
	math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.NaN()}

func floats() {
	for i := range float32s {
		f, d := float32s[i], float64s[i]
		c, z := complex(f, -f), complex(d, -1)
		each("float32", takeFloat32, "f", f)
		add("pointers to floats", takeFloatPointers, func() { takeFloatPointers(&f, &d, &c, &z) },
			arg("f", f), arg("d", d), arg("c", c), arg("z", z))
	}
	for _, f := range float64s {
		each("float64", takeFloat64, "f", f)
	}
	each("named float", takeCelsius, "t", celsius(-40.5))
	each("complex64", takeComplex64, "c", complex64(complex(1, -2)), complex64(complex(0.1, 1e10)))
	each("complex128", takeComplex128, "c", complex(1, -2), complex(math.Inf(-1), math.NaN()))
	add("slices of floats", takeFloatSlices,
		func() { takeFloatSlices(float32s, float64s, []celsius{1, 2.5}, []complex128{1i, 2 + 3i}) },
		arg("f", float32s), arg("d", float64s), arg("t", []celsius{1, 2.5}), arg("z", []complex128{1i, 2 + 3i}),
		arg("d[7]", float64s[7]), arg("f[1]", float32s[1]), arg("z[1]", 2+3i), null("t[2]"))
	floatStructs()
}

func floatStructs() {
	s := sample{X: 2.75, N: -3, Y: 0.3, M: -128}
	add("floats in a struct in registers", takeSample, func() { takeSample(s) },
		param("s", s), param("s.X", s.X), arg("s.N", s.N), param("s.Y", s.Y), arg("s.M", s.M))
	add("floats behind a pointer", takeSamplePointer, func() { takeSamplePointer(&s) },
		arg("s", &s), arg("s.X", s.X), arg("s.N", s.N), arg("s.Y", s.Y), arg("s.M", s.M))
	b := bigSample{s, [7]int{1, 2, 3, 4, 5, 6, 7}, complex(0.5, -0.25)}
	add("floats in a struct on the stack", takeBigSample, func() { takeBigSample(b) },
		arg("s", b), arg("s.Sample.X", b.Sample.X), arg("s.Sample.Y", b.Sample.Y), arg("s.Words[6]", 7), arg("s.Z", b.Z))
}

// --- strings ---

//go:noinline
func takeString(s string) { calls++ }

//go:noinline
func takeLabel(l label) { calls++ }

//go:noinline
func takeBytes(data []byte) { calls++ }

//go:noinline
func takeStringPointers(s *string, p **string) { calls++ }

// euros has a character across every third byte, so that some cut goes through one.
func euros(n int, before string) string {
	return before + strings.Repeat("€", n)
}

func someTexts() []string {
	return []string{
		"", "x", "kettle", "tea, 100 g", "naïve €", "\x00", "a\x00b\n\t\x1b[2J\x7f", "\"quoted\" \\ 'back'",
		"\xff\xfe", "half \xe2\x82", "\xed\xa0\x80 surrogate", "\u2028 \u202e \u0085", "\U0001F4A9", "<&>",
		strings.Repeat("x", *maxString-1), strings.Repeat("y", *maxString), strings.Repeat("z", *maxString+1),
		strings.Repeat("long ", 2000), euros(*maxString, ""), euros(*maxString, "1"), euros(*maxString, "12"),
		strings.Repeat("\xff", *maxString+1),
	}
}

func texts() {
	for _, text := range someTexts() {
		s := text
		l, p := label(s), &s
		add("string", takeString, func() { takeString(s) }, arg("s", s), arg("len(s)", len(s)))
		add("named string", takeLabel, func() { takeLabel(l) }, arg("l", l))
		add("[]byte", takeBytes, func() { takeBytes([]byte(s)) }, arg("data", []byte(s)), arg("len(data)", len(s)))
		add("pointers to strings", takeStringPointers, func() { takeStringPointers(&s, &p) },
			arg("s", s), arg("p", s), arg("len(p)", len(s)))
	}
	add("nil []byte", takeBytes, func() { takeBytes(nil) }, arg("data", []byte(nil)), arg("len(data)", 0))
	add("nil pointer to a string", takeStringPointers, func() { takeStringPointers(nil, new(*string)) },
		null("s"), null("p"), null("len(p)"))
	textIndexes()
}

//go:noinline
func takeIndexed(s string, data []byte) { calls++ }

func textIndexes() {
	s, data := "kettle", make([]byte, 3, 16)
	copy(data, "\xffab")
	add("bytes of strings", takeIndexed, func() { takeIndexed(s, data) },
		arg("s[0]", s[0]), arg("s[5]", s[5]), null("s[6]"),
		arg("data[0]", data[0]), null("data[3]"), arg("len(data)", 3), arg("cap(data)", 16))
}
