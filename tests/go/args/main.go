// SPDX-License-Identifier: MIT

// Command args is what captures are compared with: one function per kind of argument. It prints
// a line of JSON for each call that it will make, with what a tracer is to capture there; makes
// the calls when it reads a line; prints done, and ends with its standard input. Standard
// library, Go 1.15 and later.
//
// What stands for more than itself in the JSON of "args":
//
//	{"$map": [[key, value], ...]}            a map, in any order; of more than 8 entries any 8
//	{"$held": value, "type": "*main.T"}      what an interface holds: the value, or its type only
//	{"$float": value}                        passed in a floating-point register from Go 1.17 on: it, or null
//	{"$unlisted": value}                     after a parameter that DWARF does not list up to Go 1.21
//	{"$beyond": true}                        deeper than whole values are written
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/ioutil"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strings"
)

// calls is what the functions do something to.
var calls int

var maxString = flag.Int("max-string", 1024, "the tracer's --max-string")

// One call: of which function, what is captured there, and how it is made.
type call struct {
	Name     string   `json:"name"`
	Function string   `json:"function"`
	Captures []string `json:"captures"` // null: the function without a list
	Returns  bool     `json:"returns,omitempty"`
	Args     object   `json:"args"`
	Cut      object   `json:"cut"`               // paths of what is cut, with the whole lengths of strings
	Omitted  object   `json:"omitted,omitempty"` // what cannot be captured, and why
	Goid     int      `json:"goid"`
	run      func()
}

// One expression, and what Go has for it.
type capture struct {
	expression string
	value      reflect.Value
	parameter  bool
}

var list []*call

// arg is for values that lie in memory, and for all without floats.
func arg(expression string, value interface{}) capture {
	return capture{expression, reflect.ValueOf(value), false}
}

// param is for whole parameters with floats, which may be in registers and stay there.
func param(expression string, value interface{}) capture {
	return capture{expression, reflect.ValueOf(value), true}
}

// unlisted is for the parameters of functions of which DWARF does not list all: blank ones up to Go 1.21.
type unlisted struct{ value interface{} }

// at keeps the type of an interface, which arg would look through.
func at(expression string, pointer interface{}) capture {
	return capture{expression, reflect.ValueOf(pointer).Elem(), false}
}

// null is for what is not there.
func null(expression string) capture {
	return capture{expression: expression}
}

// What newer releases have beyond those that all have.
var (
	moreKnowns = func() {}
	knownText  = func(v reflect.Value) (string, bool) { return "", false }
	knownValue = func(v reflect.Value) (reflect.Value, bool) { return reflect.Value{}, false }
)

// symbol is the name of a function as the binary has it. Generic functions are given by name.
func symbol(function interface{}) string {
	if name, ok := function.(string); ok {
		return name
	}
	return runtime.FuncForPC(reflect.ValueOf(function).Pointer()).Name()
}

var named = regexp.MustCompile(`^[\pL_][\pL\pN_]*=`)

func key(expression string) string {
	if name := named.FindString(expression); name != "" {
		return strings.TrimSuffix(name, "=")
	}
	return expression
}

func add(name string, function interface{}, run func(), captures ...capture) *call {
	c := &call{Name: name, Function: symbol(function), Args: object{}, Cut: object{}, run: run}
	for _, e := range captures {
		r := renderer{cut: &c.Cut}
		c.Captures = append(c.Captures, e.expression)
		c.Args = append(c.Args, member{key(e.expression), r.render(e.value, place{path: key(e.expression), register: e.parameter})})
	}
	list = append(list, c)
	return c
}

// each calls a function of one parameter once for each value, and captures that.
func each(name string, function interface{}, expression string, values ...interface{}) {
	for _, value := range values {
		in := []reflect.Value{reflect.ValueOf(value)}
		add(fmt.Sprintf("%s %.40q", name, fmt.Sprint(value)), function,
			func() { reflect.ValueOf(function).Call(in) }, param(expression, value))
	}
}

func fillList() {
	scalars()
	texts()
	sequences()
	records()
	maps()
	interfaces()
	times()
	knowns()
	moreKnowns()
	words()
	registers()
	spills()
	functions()
	generics()
	returns()
}

// goid is what a traceback begins with.
func goid() (id int) {
	text := make([]byte, 64)
	text = text[:runtime.Stack(text, false)]
	fmt.Sscanf(string(text), "goroutine %d ", &id)
	return id
}

func printList() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, c := range list {
		c.Goid = goid()
		if err := encoder.Encode(c); err != nil {
			panic(fmt.Sprintf("%s: %v", c.Name, err))
		}
	}
	fmt.Fprintln(out, `"listed"`)
}

// work runs on a goroutine of its own, whose stack is small at first and grows.
func work(input *bufio.Reader, ended chan<- struct{}) {
	defer close(ended)
	fillList()
	printList()
	if _, err := input.ReadString('\n'); err != nil {
		return
	}
	for _, c := range list {
		c.run()
	}
	fmt.Println(`"done"`)
	io.Copy(ioutil.Discard, input)
}

func main() {
	flag.Parse()
	ended := make(chan struct{})
	go work(bufio.NewReader(os.Stdin), ended)
	<-ended
}
