// SPDX-License-Identifier: MIT

package main

import "time"

type Money struct {
	Cents    int64
	Currency string
}

type Item struct {
	SKU   string
	Count int
	Price Money
}

type Geo struct{ Lat, Lon float64 }

type Address struct {
	Street string
	Geo    *Geo
}

type Customer struct {
	Name    string
	Address *Address
	Tags    []string
}

type Order struct {
	ID       int
	Customer *Customer
	Items    []Item
	Meta     map[string]string
	Notes    []byte
	Placed   time.Time
	Paid     bool
}

type Shop struct {
	Name  string
	Stock map[string]int
	open  bool
}

//go:noinline
func (s *Shop) Checkout(order *Order) { calls++ }

//go:noinline
func takeOrder(order Order) { calls++ }

func someOrder() *Order {
	return &Order{
		ID:       1<<53 + 7,
		Customer: &Customer{"Ada", &Address{"Main St", &Geo{52.5, -13.375}}, []string{"new", "vip"}},
		Items:    someItems(3),
		Meta:     map[string]string{"gift": "yes", "note": "ring twice"},
		Notes:    []byte("by noon"),
		Placed:   time.Date(2026, 11, 22, 9, 41, 0, 123456789, time.UTC),
		Paid:     true,
	}
}

func orderCaptures(o *Order) []capture {
	return []capture{
		arg("order.ID", o.ID), arg("sku=order.Items[0].SKU", o.Items[0].SKU), arg("len(order.Items)", len(o.Items)),
		arg(`order.Meta["gift"]`, o.Meta["gift"]), null(`order.Meta["tip"]`),
		arg("order.Customer.Name", o.Customer.Name), arg("lat=order.Customer.Address.Geo.Lat", o.Customer.Address.Geo.Lat),
		arg("order.Customer.Tags[1]", "vip"), arg("order.Placed", o.Placed), arg("order.Notes", o.Notes),
	}
}

func records() {
	o, shop := someOrder(), &Shop{Name: "Corner", Stock: map[string]int{"sku-0": 3}, open: true}
	add("issue", (*Shop).Checkout, func() { shop.Checkout(o) },
		append(orderCaptures(o), arg("s.Name", "Corner"), arg(`s.Stock["sku-0"]`, 3), arg("s.open", true))...)
	add("order by value", takeOrder, func() { takeOrder(*o) }, append(orderCaptures(o), arg("order", *o))...)
	add("empty order by value", takeOrder, func() { takeOrder(Order{}) },
		arg("order.ID", 0), null("sku=order.Items[0].SKU"), arg("len(order.Items)", 0),
		null(`order.Meta["gift"]`), null(`order.Meta["tip"]`),
		null("order.Customer.Name"), null("lat=order.Customer.Address.Geo.Lat"),
		null("order.Customer.Tags[1]"), arg("order.Placed", time.Time{}), null("order.Notes"), arg("order", Order{}))
	wholes(o)
	pointers()
	nests()
	embedded()
	widths()
}

// --- whole values ---

//go:noinline
func takeWholes(order *Order, customer *Customer, price Money) { calls++ }

// bare is traced without a list: with all of its parameters.
//
//go:noinline
func bare(id int, name string, price Money, item *Item) { calls++ }

func wholes(o *Order) {
	add("whole structs", takeWholes, func() { takeWholes(o, o.Customer, o.Items[1].Price) },
		arg("order", o), arg("customer", o.Customer), arg("price", o.Items[1].Price),
		arg("order.Items", o.Items), arg("m=order.Meta", o.Meta))
	add("whole structs that are nil", takeWholes, func() { takeWholes(nil, nil, Money{}) },
		null("order"), null("customer"), arg("price", Money{}), null("order.Items"), null("m=order.Meta"))
	all := add("all parameters", bare, func() { bare(-1, "x", o.Items[1].Price, &o.Items[2]) },
		arg("id", -1), arg("name", "x"), arg("price", o.Items[1].Price), arg("item", &o.Items[2]))
	all.Captures = nil
}

// --- pointers ---

//go:noinline
func takePointers(n *int, b **bool, item ***Item, none *Item) { calls++ }

type node struct {
	Value int
	Next  *node
}

//go:noinline
func takeNode(list *node) { calls++ }

func pointers() {
	n, b, it := -7, new(bool), &Item{SKU: "deep", Count: 4}
	*b = true
	pp := &it
	add("pointers", takePointers, func() { takePointers(&n, &b, &pp, nil) }, arg("n", n), arg("b", true),
		arg("item.SKU", "deep"), arg("item", &pp), null("none"), null("none.SKU"), null("none.Price.Cents"))
	it0, b0 := (*Item)(nil), (*bool)(nil)
	pp0 := &it0
	add("pointers to nil", takePointers, func() { takePointers(nil, &b0, &pp0, it) }, null("n"), null("b"),
		null("item.SKU"), null("item"), arg("none", it), arg("none.SKU", "deep"), arg("none.Price.Cents", 0))
	list := &node{1, &node{2, &node{3, &node{4, &node{5, nil}}}}}
	captures := []capture{arg("list", list), arg("list.Next.Next.Next.Value", 4), arg("list.Next.Next.Next.Next.Value", 5),
		null("list.Next.Next.Next.Next.Next.Value"), null("list.Next.Next.Next.Next.Next")}
	add("linked list", takeNode, func() { takeNode(list) }, captures...)
	ring := &node{Value: 6}
	ring.Next = ring
	add("ring", takeNode, func() { takeNode(ring) },
		arg("list", ring), arg("list.Next.Next.Next.Value", 6), arg("list.Next.Next.Next.Next.Value", 6),
		arg("list.Next.Next.Next.Next.Next.Value", 6), arg("list.Next.Next.Next.Next.Next", ring))
}

// --- nested ---

type level4 struct {
	Deep string
	N    int8
}

type level3 struct {
	Flag bool
	Four level4
}

type level2 struct {
	N     uint16
	Three level3
}

type level1 struct {
	Name string
	Two  level2
}

// Five structs within each other: one more than whole values are written to.
type level0 struct {
	One  level1
	Last int
}

type tree struct {
	Left, Right *tree
	Leaves      []string
}

//go:noinline
func takeNested(one level1) { calls++ }

//go:noinline
func takeNestedPointer(one *level1) { calls++ }

//go:noinline
func takeTooDeep(zero level0, slices [][][][][]int) { calls++ }

//go:noinline
func takeTree(tree *tree) { calls++ }

func nests() {
	one := level1{"top", level2{65535, level3{true, level4{"bottom", -128}}}}
	captures := []capture{arg("one.Two.Three.Four.Deep", "bottom"), arg("one.Two.Three.Four.N", -128),
		arg("one.Two.Three.Flag", true), arg("one.Two.N", 65535), arg("one.Two.Three", one.Two.Three)}
	add("four structs deep in registers", takeNested, func() { takeNested(one) }, append(captures, arg("one", one))...)
	add("four structs deep", takeNestedPointer, func() { takeNestedPointer(&one) }, append(captures, arg("one", &one))...)
	zero, slices := level0{one, 5}, [][][][][]int{{{{{1, 2}}}}}
	leaf := &tree{Leaves: []string{"a"}}
	trunk := &tree{&tree{leaf, nil, nil}, nil, []string{"b"}}
	add("too deep", takeTooDeep, func() { takeTooDeep(zero, slices) },
		arg("zero", zero), arg("zero.One", one), arg("slices", slices), arg("slices[0][0][0][0][1]", 2),
		arg("slices[0]", slices[0]))
	add("tree", takeTree, func() { takeTree(trunk) },
		arg("tree", trunk), arg("tree.Left.Left.Leaves", leaf.Leaves))
}

// --- embedded ---

type Base struct {
	ID   int
	Name string
}

type Extra struct{ Note string }

type Derived struct {
	Base
	*Extra
	Value int
}

// Its Name hides that of Base.
type Outer struct {
	*Derived
	Name string
}

//go:noinline
func takeDerived(d Derived) { calls++ }

//go:noinline
func takeDerivedPointer(d *Derived) { calls++ }

//go:noinline
func takeOuter(o Outer) { calls++ }

func embedded() {
	d := Derived{Base{5, "base"}, &Extra{"extra"}, 6}
	captures := []capture{arg("d.ID", 5), arg("d.Base.Name", "base"), arg("d.Name", "base"), arg("d.Note", "extra"),
		arg("d.Extra.Note", "extra"), arg("d.Value", 6), arg("d.Base", d.Base), arg("d.Extra", d.Extra)}
	add("embedded", takeDerived, func() { takeDerived(d) }, append(captures, arg("d", d))...)
	add("embedded behind a pointer", takeDerivedPointer, func() { takeDerivedPointer(&d) }, append(captures, arg("d", &d))...)
	none := Derived{Base: Base{7, "alone"}}
	add("embedded nil", takeDerived, func() { takeDerived(none) },
		arg("d.ID", 7), arg("d.Base.Name", "alone"), arg("d.Name", "alone"), null("d.Note"),
		null("d.Extra.Note"), arg("d.Value", 0), arg("d.Base", none.Base), null("d.Extra"), arg("d", none))
	o := Outer{&d, "outer"}
	add("embedded twice", takeOuter, func() { takeOuter(o) }, arg("o.Name", "outer"), arg("o.ID", 5), arg("o.Note", "extra"),
		arg("o.Derived.Name", "base"), arg("o.Base.Name", "base"), arg("o.Value", 6), arg("o", o))
}

// --- wide ---

type wide24 struct {
	A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X int8
}

type wide26 struct {
	A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z int16
}

type holes struct {
	A int8
	_ int32
	B int16
	_ [3]byte
	C struct{}
	D bool
}

//go:noinline
func takeWide(all wide24, some *wide26) { calls++ }

//go:noinline
func takeHoles(h holes, empty struct{}, n int) { calls++ }

func widths() {
	all, some := wide24{A: 1, B: -2, X: 24}, &wide26{A: 1, X: 24, Y: 25, Z: 26}
	add("wide structs", takeWide, func() { takeWide(all, some) },
		arg("all", all), arg("all.X", 24), arg("some", some), arg("some.Z", 26))
	h := holes{A: -1, B: -2, D: true}
	add("blank and empty fields", takeHoles, func() { takeHoles(h, struct{}{}, 3) },
		arg("h", h), arg("h.D", true), arg("h.C", struct{}{}), arg("empty", struct{}{}), arg("n", 3))
}
