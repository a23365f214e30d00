// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net"
	"net/url"
	"reflect"
	"sort"
	"strconv"
	"sync/atomic"
	"time"
	"unicode/utf8"
	"unsafe"
)

// The bounds of whole values in docs/expressions.md.
const (
	maxDepth    = 4
	maxElements = 8
	maxFields   = 24
	maxWords    = 16 // of a big.Int: 128 bytes, as -max-string is in the test
	maxExact    = 1 << 53

	// A pointer is a level of its own, as are structs, slices and maps.
	pointerDepth = 0
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value interface{}
}

func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		for _, part := range []interface{}{m.key, m.value} {
			text, err := json.Marshal(part)
			if err != nil {
				return nil, err
			}
			out.Write(text)
			out.WriteByte(':')
		}
		out.Truncate(out.Len() - 1)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// renderer turns a value into what docs/expressions.md says of it, and notes what it cuts.
type renderer struct {
	cut *object
}

// place is where in a capture a value stands.
type place struct {
	path     string
	depth    int
	register bool // a parameter, or within one: its floats may be in registers
}

func (p place) within(step string) place {
	p.path += step
	return p
}

// behind is for what lies in memory of its own.
func (p place) behind(step string) place {
	p.register = false
	return p.within(step)
}

func (r renderer) noteCut(p place, length int) {
	*r.cut = append(*r.cut, member{p.path, length})
}

var (
	unlistedType = reflect.TypeOf(unlisted{})
	durationType = reflect.TypeOf(time.Duration(0))
	timeType     = reflect.TypeOf(time.Time{})
	errorType    = reflect.TypeOf((*error)(nil)).Elem()
)

func (r renderer) render(v reflect.Value, p place) interface{} {
	if !v.IsValid() {
		return nil
	}
	switch v.Type() {
	case durationType:
		return time.Duration(v.Int()).String()
	case unlistedType:
		return object{{"$unlisted", r.render(v.Field(0).Elem(), p)}}
	case timeType:
		return timeText(v.Interface().(time.Time))
	}
	if known, found := r.renderKnown(v, p); found {
		return known
	}
	switch v.Kind() {
	case reflect.Array, reflect.Slice, reflect.Struct, reflect.Ptr, reflect.Map:
		return r.renderNested(v, p)
	case reflect.Interface:
		return r.renderInterface(v, p)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return renderWord(v)
	}
	return r.renderScalar(v, p)
}

// --- types that are known by a text, or by a value in them ---

// timeText knows the zones of the present: of the past only where the location has no other.
func timeText(t time.Time) string {
	_, offset := t.Zone()
	if offset%60 != 0 || t.Year() < 2000 {
		t = t.UTC()
	}
	return t.Format("2006-01-02T15:04:05.000000000Z07:00")
}

func (r renderer) renderKnown(v reflect.Value, p place) (interface{}, bool) {
	if !v.CanInterface() {
		return nil, false
	}
	switch known := v.Interface().(type) {
	case UUID:
		return uuidText(known), true
	case Uuid:
		return uuidText(known), true
	case net.IP:
		if len(known) == net.IPv4len || len(known) == net.IPv6len {
			return known.String(), true
		}
		return r.renderSlice(v, p), true
	case net.IPMask, net.HardwareAddr:
		if v.IsNil() {
			return nil, true
		}
		return v.Interface().(fmt.Stringer).String(), v.Len() > 0
	case big.Int:
		return r.renderBig(&known, p), true
	case url.URL:
		return known.String(), true
	case sql.NullString:
		return r.renderNullable(known.Valid, v, p), true
	case sql.NullInt64:
		return r.renderNullable(known.Valid, v, p), true
	case sql.NullFloat64:
		return r.renderNullable(known.Valid, v, p), true
	case sql.NullBool:
		return r.renderNullable(known.Valid, v, p), true
	case sql.NullTime:
		return r.renderNullable(known.Valid, v, p), true
	}
	if text, found := knownText(v); found {
		return text, true
	}
	if v.CanAddr() {
		if known, is := v.Addr().Interface().(*atomic.Value); is {
			stored := known.Load()
			return r.render(reflect.ValueOf(&stored).Elem(), p), true
		}
	}
	if value, found := knownValue(v); found {
		return r.render(value, p), true
	}
	return nil, false
}

func uuidText(u [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

func (r renderer) renderSlice(v reflect.Value, p place) interface{} {
	if v.IsNil() {
		return nil
	}
	return r.renderBytes(v.Bytes(), false, p)
}

// renderBig is null for what has more words than are captured.
func (r renderer) renderBig(n *big.Int, p place) interface{} {
	if len(n.Bits()) > maxWords {
		r.noteCut(p, 0)
		return nil
	}
	return renderInteger(n.String(), n.IsInt64() && n.Int64() >= -maxExact && n.Int64() <= maxExact)
}

func (r renderer) renderNullable(valid bool, v reflect.Value, p place) interface{} {
	if !valid {
		return nil
	}
	return r.render(v.Field(0), p)
}

// --- scalars ---

func (r renderer) renderScalar(v reflect.Value, p place) interface{} {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		return r.renderText(v.String(), p)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return renderInteger(strconv.FormatInt(v.Int(), 10), v.Int() >= -maxExact && v.Int() <= maxExact)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return renderInteger(strconv.FormatUint(v.Uint(), 10), v.Uint() <= maxExact)
	case reflect.Float32, reflect.Float64:
		return inRegister(renderFloat(v.Float(), v.Type().Bits()), p)
	case reflect.Complex64, reflect.Complex128:
		bits := v.Type().Bits() / 2
		return inRegister(object{
			{"re", renderFloat(real(v.Complex()), bits)},
			{"im", renderFloat(imag(v.Complex()), bits)},
		}, p)
	}
	panic("no rendering of " + v.Type().String())
}

func renderInteger(digits string, exact bool) interface{} {
	if exact {
		return json.Number(digits)
	}
	return digits
}

func renderFloat(f float64, bits int) interface{} {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, bits))
}

func inRegister(value interface{}, p place) interface{} {
	if p.register {
		return object{{"$float", value}}
	}
	return value
}

// renderText cuts as docs/events.md says: a character that the cut goes through is left out whole.
func (r renderer) renderText(text string, p place) interface{} {
	if len(text) <= *maxString {
		return shown(text)
	}
	r.noteCut(p, len(text))
	end := 0
	for end < len(text) {
		_, size := utf8.DecodeRuneInString(text[end:])
		if end+size > *maxString {
			break
		}
		end += size
	}
	return shown(text[:end])
}

// shown has U+FFFD for each byte that is no UTF-8.
func shown(text string) string {
	return string([]rune(text))
}

func isBytes(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice:
		return t.Elem().Kind() == reflect.Uint8
	case reflect.Array:
		return t.Elem().Kind() == reflect.Uint8 && t.Len() > 0
	}
	return false
}

func bytesOf(v reflect.Value) []byte {
	out := make([]byte, v.Len())
	for i := range out {
		out[i] = byte(v.Index(i).Uint())
	}
	return out
}

// renderBytes has hexadecimal digits for what is no text; controls make an array binary.
func (r renderer) renderBytes(data []byte, array bool, p place) interface{} {
	captured := data
	if len(captured) > *maxString {
		captured = captured[:*maxString]
	}
	if isText(captured, len(captured) < len(data)) && !(array && hasControls(captured)) {
		return r.renderText(string(data), p)
	}
	if len(captured) < len(data) {
		r.noteCut(p, len(data))
	}
	return object{{"hex", hex.EncodeToString(captured)}}
}

// isText allows for a character that was cut in two.
func isText(data []byte, cut bool) bool {
	for len(data) > 0 {
		if cut && !utf8.FullRune(data) {
			return true
		}
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			return false
		}
		data = data[size:]
	}
	return true
}

func hasControls(data []byte) bool {
	for _, b := range data {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' || b == 0x7f {
			return true
		}
	}
	return false
}

// renderWord is for what is one word that points somewhere.
func renderWord(v reflect.Value) interface{} {
	if v.IsNil() {
		return nil
	}
	if v.Kind() != reflect.Func {
		return fmt.Sprintf("0x%x", v.Pointer())
	}
	copied := reflect.New(v.Type()) // Pointer of a func is its code
	copied.Elem().Set(v)
	return fmt.Sprintf("0x%x", *(*uintptr)(unsafe.Pointer(copied.Pointer())))
}

// --- what holds other values ---

func (r renderer) renderNested(v reflect.Value, p place) interface{} {
	if v.Kind() != reflect.Array && v.Kind() != reflect.Struct && v.IsNil() {
		return nil
	}
	if isBytes(v.Type()) {
		return r.renderBytes(bytesOf(v), v.Kind() == reflect.Array, p)
	}
	switch v.Kind() {
	case reflect.Array:
	case reflect.Ptr:
		p.depth += pointerDepth
	default:
		p.depth++
	}
	if p.depth > maxDepth {
		return object{{"$beyond", true}}
	}
	switch v.Kind() {
	case reflect.Ptr:
		return r.render(v.Elem(), p.behind(""))
	case reflect.Struct:
		return r.renderStruct(v, p)
	case reflect.Map:
		return r.renderMap(v, p)
	}
	return r.renderElements(v, p)
}

func (r renderer) renderElements(v reflect.Value, p place) interface{} {
	if v.Kind() == reflect.Slice || v.Len() > 1 {
		p.register = false // an array of more than one is on the stack
	}
	out := []interface{}{}
	for i := 0; i < v.Len() && i < maxElements; i++ {
		out = append(out, r.render(v.Index(i), p.within(fmt.Sprintf("[%d]", i))))
	}
	if v.Len() > maxElements {
		r.noteCut(p, 0)
	}
	return out
}

func (r renderer) renderStruct(v reflect.Value, p place) interface{} {
	out := object{}
	for i := 0; i < v.NumField(); i++ {
		name := v.Type().Field(i).Name
		if name == "_" {
			continue
		}
		if len(out) == maxFields {
			r.noteCut(p, 0)
			break
		}
		out = append(out, member{name, r.render(v.Field(i), p.within("."+name))})
	}
	return out
}

func (r renderer) renderMap(v reflect.Value, p place) interface{} {
	entries := [][2]interface{}{}
	for _, k := range v.MapKeys() {
		name := keyText(k)
		step := "[" + name + "]"
		if k.Kind() == reflect.String {
			step = "[" + strconv.Quote(name) + "]"
		}
		entries = append(entries, [2]interface{}{shown(name), r.render(v.MapIndex(k), p.behind(step))})
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i][0].(string) < entries[j][0].(string) })
	if len(entries) > maxElements {
		r.noteCut(p, 0)
	}
	return object{{"$map", entries}}
}

// keyText is for keys of all kinds that are told.
func keyText(k reflect.Value) string {
	if k.Kind() == reflect.Interface {
		k = k.Elem()
	}
	if id, is := k.Interface().(UUID); is {
		return uuidText(id)
	}
	if text, found := knownText(k); found {
		return text
	}
	if isBytes(k.Type()) {
		if data := bytesOf(k); !isText(data, false) || hasControls(data) {
			return hex.EncodeToString(data)
		}
		return string(bytesOf(k))
	}
	if k.Kind() == reflect.Struct || k.Kind() == reflect.Array {
		text, err := json.Marshal(renderer{cut: &object{}}.render(k, place{}))
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	return fmt.Sprint(k)
}

// renderInterface accepts the type alone, but for errors that the standard library makes in an error.
func (r renderer) renderInterface(v reflect.Value, p place) interface{} {
	if v.IsNil() {
		return nil
	}
	held := v.Elem()
	switch held.Type().String() {
	case "*errors.errorString", "*fmt.wrapError", "*fmt.wrapErrors", "*fmt.fmtError":
		return object{{"$error", r.renderText(held.Interface().(error).Error(), p)}, {"type", typeName(held.Type())},
			{"always", v.Type() == errorType}}
	}
	return object{{"$held", r.render(held, p.behind(""))}, {"type", typeName(held.Type())}}
}

// typeName has the whole import path, as DWARF has it. What reflect made has no name.
func typeName(t reflect.Type) interface{} {
	if t.Kind() == reflect.Struct && t.Name() == "" && t.NumField() > 0 {
		return nil
	}
	return fullName(t)
}

func fullName(t reflect.Type) string {
	if t.Name() != "" && t.PkgPath() != "" {
		return t.PkgPath() + "." + t.Name()
	}
	switch t.Kind() {
	case reflect.Ptr:
		return "*" + fullName(t.Elem())
	case reflect.Slice:
		return "[]" + fullName(t.Elem())
	}
	return t.String()
}
