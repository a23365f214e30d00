// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
)

type Shape interface{ Area() float64 }

type Circle struct {
	Name   string
	Radius float64
}

type Square struct {
	Name string
	Side int
}

// A struct of one pointer is held by an interface as that pointer.
type Handle struct{ Node *node }

// A struct of one pointer beside what takes no room is held so too, since Go 1.26.
type Guarded struct {
	_    [0]func()
	Node *node
}

//go:noinline
func (c *Circle) Area() float64 { return 3 * c.Radius * c.Radius }

//go:noinline
func (s Square) Area() float64 { return float64(s.Side * s.Side) }

//go:noinline
func (h Handle) Area() float64 { return 0 }

//go:noinline
func takeShape(shape Shape) { calls++ }

//go:noinline
func takeAny(v interface{}) { calls++ }

//go:noinline
func takeAnyStructs(v interface{}, n int) { calls++ }

//go:noinline
func takeGuarded(v interface{}) { calls++ }

//go:noinline
func takeDrawing(d *Drawing) { calls++ }

type Drawing struct {
	Shape  // embedded
	Others []Shape
	Any    interface{}
	Err    error
}

// More implementations than are decoded.
type (
	impl0  struct{ A int }
	impl1  struct{ B int }
	impl2  struct{ C int }
	impl3  struct{ D int }
	impl4  struct{ E int }
	impl5  struct{ F int }
	impl6  struct{ G int }
	impl7  struct{ H int }
	impl8  struct{ I int }
	impl9  struct{ J int }
	impl10 struct{ K int }
	impl11 struct{ L int }
	impl12 struct{ M int }
	impl13 struct{ N int }
	impl14 struct{ O int }
	impl15 struct{ P int }
	impl16 struct{ Q int }
	impl17 struct{ R int }
	impl18 struct{ S int }
	impl19 int
)

type number7 interface{ Seven() int }

func (i impl0) Seven() int  { return 7 }
func (i impl1) Seven() int  { return 7 }
func (i impl2) Seven() int  { return 7 }
func (i impl3) Seven() int  { return 7 }
func (i impl4) Seven() int  { return 7 }
func (i impl5) Seven() int  { return 7 }
func (i impl6) Seven() int  { return 7 }
func (i impl7) Seven() int  { return 7 }
func (i impl8) Seven() int  { return 7 }
func (i impl9) Seven() int  { return 7 }
func (i impl10) Seven() int { return 7 }
func (i impl11) Seven() int { return 7 }
func (i impl12) Seven() int { return 7 }
func (i impl13) Seven() int { return 7 }
func (i impl14) Seven() int { return 7 }
func (i impl15) Seven() int { return 7 }
func (i impl16) Seven() int { return 7 }
func (i impl17) Seven() int { return 7 }
func (i impl18) Seven() int { return 7 }
func (i impl19) Seven() int { return 7 }

//go:noinline
func takeSeven(s number7, p *number7) { calls += s.Seven() }

//go:noinline
func takeHeldList(list []interface{}) { calls++ }

//go:noinline
func takeHeldErrors(m map[string]error) { calls++ }

//go:noinline
func takeNested4(deep *nest4) { calls++ }

type (
	nest1 struct{ Err error }
	nest2 struct{ One nest1 }
	nest3 struct{ Two nest2 }
	nest4 struct {
		Three nest3
		Any   interface{}
		Err   error
	}
)

func sevens() {
	for _, seven := range []number7{impl0{1}, impl1{2}, impl2{3}, impl3{4}, impl4{5}, impl5{6}, impl6{7}, impl7{8}, impl8{9}, impl9{10},
		impl10{11}, impl11{12}, impl12{13}, impl13{14}, impl14{15}, impl15{16}, impl16{17}, impl17{18}, impl18{19}, impl19(20)} {
		s := seven
		add(fmt.Sprintf("%T", s), takeSeven, func() { takeSeven(s, &s) }, at("s", &s), arg("p", &s))
	}
}

// asserted to an interface, a value gets its table of methods only as the program runs.
func madeError(v interface{}) error { return v.(error) }

type late struct{ When int }

func (l late) Error() string { return "late" }

func holders() {
	circle, none := &Circle{"c", 1}, (*Circle)(nil)
	var inner error = (*notFound)(nil)
	list := []interface{}{none, &none, &circle, &inner, map[string]int(nil), []int(nil), (func())(nil), (chan int)(nil)}
	m := map[string]error{"nil": nil, "typed": (*notFound)(nil), "made": madeError(late{3}), "code": code(4)}
	deep := nest4{Any: 7, Err: madeError(late{5})}
	deep.Three.Two.One.Err = io.EOF
	add("interfaces that hold nil, in a list", takeHeldList, func() { takeHeldList(list) }, arg("list", list))
	add("errors in a map", takeHeldErrors, func() { takeHeldErrors(m) }, arg("m", m))
	add("interfaces that are too deep", takeNested4, func() { takeNested4(&deep) },
		arg("deep", &deep), arg("deep.Three.Two", deep.Three.Two))
	unnamed := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeOf(0)}})).Elem().Interface()
	add("a type that was made at run time", takeAny, func() { takeAny(unnamed) }, at("v", &unnamed), null("v.(string)"), null("v.(int)"),
		null("v.(bool)"), null("v.(float64)"), null("v.(float32)"), null("v.(int8)"), null("v.(uint16)"), null("v.(*int)"))
}

func interfaces() {
	sevens()
	holders()
	shapes()
	anything()
	guarded()
	drawings()
	errorValues()
}

func shapes() {
	circle, square, handle := &Circle{"round", 2.5}, Square{"edgy", -3}, Handle{&node{Value: 8}}
	var s, none Shape = circle, nil
	add("interface with a pointer", takeShape, func() { takeShape(circle) }, at("shape", &s), arg("shape.Name", "round"),
		arg("shape.(*main.Circle).Radius", 2.5), arg("shape.(*main.Circle)", circle),
		null("shape.(main.Square).Side"), null("shape.(main.Square)"), null("shape.(main.Handle).Node.Value"))
	var q Shape = square
	add("interface with a struct", takeShape, func() { takeShape(square) }, at("shape", &q), arg("shape.Name", "edgy"),
		null("shape.(*main.Circle).Radius"), null("shape.(*main.Circle)"),
		arg("shape.(main.Square).Side", -3), arg("shape.(main.Square)", square), null("shape.(main.Handle).Node.Value"))
	var h Shape = handle
	add("interface with a struct of one pointer", takeShape, func() { takeShape(handle) }, at("shape", &h),
		null("shape.Name"), null("shape.(*main.Circle).Radius"), null("shape.(*main.Circle)"),
		null("shape.(main.Square).Side"), null("shape.(main.Square)"), arg("shape.(main.Handle).Node.Value", 8))
	add("nil interface", takeShape, func() { takeShape(none) }, null("shape"), null("shape.Name"),
		null("shape.(*main.Circle).Radius"), null("shape.(*main.Circle)"),
		null("shape.(main.Square).Side"), null("shape.(main.Square)"), null("shape.(main.Handle).Node.Value"))
	var typed *Circle
	var t Shape = typed
	add("interface with a nil pointer", takeShape, func() { takeShape(typed) }, at("shape", &t), null("shape.Name"),
		null("shape.(*main.Circle).Radius"), null("shape.(*main.Circle)"),
		null("shape.(main.Square).Side"), null("shape.(main.Square)"), null("shape.(main.Handle).Node.Value"))
}

// --- interface{} ---

func anything() {
	circle := &Circle{"any", 0.1}
	n := 77
	for _, held := range []interface{}{
		nil, "text", "", 0, 42, -1 << 62, int8(-8), uint16(65535), true, 2.5, float32(0.1), circle, *circle, Square{"a", 1},
		&n, []int{1, 2}, []string{"a"}, map[string]int{"one": 1}, Money{5, "EUR"}, struct{}{}, [2]int8{1, -1}, []byte("bytes"),
		time.Minute, time.Unix(1, 5), label("named"), weekday(3), errors.New("held"), complex(1, 2), 'x',
	} {
		v := held
		name := fmt.Sprintf("interface{} with %T", v)
		add(name, takeAny, func() { takeAny(v) }, at("v", &v), asserted("v.(string)", v, ""), asserted("v.(int)", v, 0),
			asserted("v.(bool)", v, false), asserted("v.(float64)", v, 0.0), asserted("v.(float32)", v, float32(0)),
			asserted("v.(int8)", v, int8(0)), asserted("v.(uint16)", v, uint16(0)), asserted("v.(*int)", v, &n))
		add(name, takeAnyStructs, func() { takeAnyStructs(v, 3) }, asserted("v.(*main.Circle)", v, circle),
			asserted("v.(main.Square)", v, Square{}), asserted("v.(main.Money)", v, Money{}),
			asserted("v.([]string)", v, []string{}), asserted("v.(map[string]int)", v, map[string]int{}),
			asserted("v.(time.Duration)", v, time.Minute), asserted("v.(time.Time)", v, time.Time{}),
			asserted("v.(main.label)", v, label("")), arg("n", 3))
	}
}

func guarded() {
	g := Guarded{Node: &node{Value: 9}}
	add("interface with a pointer beside nothing", takeGuarded, func() { takeGuarded(g) }, arg("v.(main.Guarded).Node.Value", 9))
	add("interface with another pointer", takeGuarded, func() { takeGuarded(g.Node) }, null("v.(main.Guarded).Node.Value"))
}

// asserted is v where it is of the type of like, else null.
func asserted(expression string, v, like interface{}) capture {
	if fmt.Sprintf("%T", v) != fmt.Sprintf("%T", like) {
		return null(expression)
	}
	return arg(expression, v)
}

func drawings() {
	d := &Drawing{
		Shape:  &Circle{"whole", 1},
		Others: []Shape{Square{"s", 1}, nil, &Circle{"c", 2}},
		Any:    Money{7, "SEK"},
		Err:    errors.New("smudged"),
	}
	add("interfaces in a struct", takeDrawing, func() { takeDrawing(d) }, arg("d", d),
		arg("d.Shape.(*main.Circle).Radius", 1.0), arg("d.Others[0].(main.Square).Side", 1),
		arg("d.Others[0].Name", "s"), null("d.Others[1].Name"), arg("d.Others[2].Name", "c"),
		arg("d.Any.(main.Money).Currency", "SEK"), at("d.Err", &d.Err), null("d.Any.(main.Square)"))
	add("interfaces that are nil in a struct", takeDrawing, func() { takeDrawing(&Drawing{}) }, arg("d", &Drawing{}),
		null("d.Shape.(*main.Circle).Radius"), null("d.Others[0].(main.Square).Side"),
		null("d.Others[0].Name"), null("d.Others[1].Name"), null("d.Others[2].Name"),
		null("d.Any.(main.Money).Currency"), null("d.Err"), null("d.Any.(main.Square)"))
}

// --- errors ---

type notFound struct {
	Key  string
	Code int
}

func (e *notFound) Error() string { return "not found: " + e.Key }

type code int

func (c code) Error() string { return fmt.Sprint("code ", int(c)) }

//go:noinline
func takeError(err error) { calls++ }

//go:noinline
func takeErrors(n int, errs []error, last error) { calls++ }

func errorValues() {
	custom := &notFound{"kettle", 404}
	wrapped := fmt.Errorf("reading: %w", io.ErrUnexpectedEOF)
	for _, e := range []error{
		nil, io.EOF, errors.New("plain"), errors.New(""), errors.New("bad \x00\xff \"text\""), fmt.Errorf("formatted %d", 7),
		wrapped, fmt.Errorf("twice: %w", wrapped), fmt.Errorf("around: %w", custom),
		errors.New(strings.Repeat("long ", 2000)), custom, (*notFound)(nil), code(5),
	} {
		err := e
		add(fmt.Sprintf("error %T", err), takeError, func() { takeError(err) }, at("err", &err),
			asserted("err.(*main.notFound).Code", codeOf(err), 0), asserted("err.(main.code)", err, code(0)))
	}
	errs := []error{io.EOF, nil, wrapped, errors.New("last")}
	add("errors", takeErrors, func() { takeErrors(1, errs, custom) }, arg("errs", errs),
		at("errs[2]", &errs[2]), null("errs[1]"), arg("last.(*main.notFound).Key", "kettle"))
}

func codeOf(err error) interface{} {
	if found, ok := err.(*notFound); ok && found != nil {
		return found.Code
	}
	return nil
}
