// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// judge counts the events of one tracer and compares each with what its number makes of it.
type judge struct {
	pid      int
	expect   func(number int) map[string]interface{}
	numberOf func(e event) (int, bool)
	lossy    bool // records may be lost: an end that was makes an outcome unknown
	nulls    bool // what is not resident cannot be read: it is null, or a string that was cut

	seen   []uint8
	took   []time.Duration
	events int
	lost   int
	nulled int
	hidden int // events of which so much is null that their number is not known
	wrong  int
	faults []string // the first of them, in words
}

func (j *judge) fault(format string, words ...interface{}) {
	j.wrong++
	if len(j.faults) < 3 {
		j.faults = append(j.faults, fmt.Sprintf(format, words...))
	}
}

// take judges one event.
func (j *judge) take(e event) {
	switch e.text("type") {
	case "request", "call":
		if pid, _ := e.number("pid"); pid == j.pid {
			j.takeTraced(e)
		} else {
			j.fault("an event of process %v, not %d", e["pid"], j.pid)
		}
	case "lost":
		count, _ := e.number("count")
		j.lost += count
	case "attach", "detach", "hello":
	default:
		j.fault("an event of type %v: %v", e["type"], e)
	}
}

func (j *judge) takeTraced(e event) {
	j.events++
	number, ok := j.numberOf(e)
	if !ok && j.nulls {
		j.hidden++
		return
	}
	if !ok {
		j.fault("an event without its number: %s", inWords(e))
		return
	}
	for len(j.seen) <= number {
		j.seen = append(j.seen, 0)
		j.took = append(j.took, 0)
	}
	if j.seen[number]++; j.seen[number] > 1 {
		j.fault("number %d is there %d times", number, j.seen[number])
	}
	j.compare(number, e)
	if nanoseconds, ok := e.number("duration_ns"); ok {
		j.took[number] = time.Duration(nanoseconds)
	}
}

func (j *judge) compare(number int, e event) {
	expected := j.expect(number)
	if j.lossy && e.text("outcome") == "unknown" {
		for _, key := range []string{"outcome", "status", "response_bytes", "response_headers", "captures", "ret", "duration_ns"} {
			delete(expected, key)
		}
	}
	for key, value := range expected {
		if j.nulls && nullInPlace(value, e[key]) {
			j.nulled++
			continue
		}
		if !reflect.DeepEqual(value, e[key]) {
			j.fault("number %d: %s is %s, not %s, in %s", number, key, inWords(e[key]), inWords(value), inWords(e))
		}
	}
	if e["truncated"] != nil && !j.nulls {
		j.fault("number %d: %v were cut", number, e["truncated"])
	}
	if duration, there := e.number("duration_ns"); there && duration <= 0 {
		j.fault("number %d took %d ns", number, duration)
	}
}

// nullInPlace says whether a value is as expected but for nulls, and strings that were cut.
func nullInPlace(expected, actual interface{}) bool {
	switch whole := expected.(type) {
	case map[string]interface{}:
		part, ok := actual.(map[string]interface{})
		if !ok {
			return actual == nil
		}
		nulls := false
		for key, value := range whole {
			if reflect.DeepEqual(value, part[key]) {
				continue
			}
			if !nullInPlace(value, part[key]) {
				return false
			}
			nulls = true
		}
		return nulls
	case []interface{}:
		part, ok := actual.([]interface{})
		if !ok {
			return actual == nil
		}
		if len(part) != len(whole) {
			return false
		}
		nulls := false
		for i, value := range whole {
			if reflect.DeepEqual(value, part[i]) {
				continue
			}
			if !nullInPlace(value, part[i]) {
				return false
			}
			nulls = true
		}
		return nulls
	}
	if whole, ok := expected.(string); ok && actual != nil {
		part, ok := actual.(string)
		return ok && strings.HasPrefix(whole, part)
	}
	return expected != nil && actual == nil
}

// finish says what is missing of the numbers below sent; elapsed is how long one took for the client.
func (j *judge) finish(sent int, elapsed func(number int) time.Duration) {
	missing, first := 0, -1
	for number := 0; number < sent; number++ {
		if number >= len(j.seen) || j.seen[number] == 0 {
			if missing++; first < 0 {
				first = number
			}
			continue
		}
		if most := elapsed(number); most > 0 && j.took[number] > most {
			j.fault("number %d took %v for the server, %v for its client", number, j.took[number], most)
		}
	}
	if len(j.seen) > sent {
		j.fault("number %d is there, and only %d were sent", len(j.seen)-1, sent)
	}
	if missing != j.lost+j.hidden {
		j.fault("%d are missing, the first is number %d; %d are told as lost, %d are there without a number", missing, first, j.lost, j.hidden)
	}
	if !j.lossy && j.lost*1000 > sent {
		j.fault("%d of %d are lost: more than one in a thousand", j.lost, sent)
	}
}

func inWords(value interface{}) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	if len(text) > 800 {
		text = append(text[:800], "..."...)
	}
	return string(text)
}

// --- what is expected ---------------------------------------------------------

func integer(value int) interface{} { return json.Number(strconv.Itoa(value)) }

// requestNumber takes the number from the first value that is there. Those that are another's are a fault of their own.
func requestNumber(e event) (number int, ok bool) {
	for _, form := range []struct{ key, format string }{{"path", "/number/%d/"}, {"query", "number=%d"}, {"host", "h%d.test"}} {
		if _, err := fmt.Sscanf(e.text(form.key), form.format, &number); err == nil {
			return number, true
		}
	}
	return 0, false
}

// requestExpected is the event of a request. What was asked for of the tracer is known by its arguments.
func requestExpected(kind string, arguments []string, l *load, number int) map[string]interface{} {
	asked := strings.Join(arguments, " ")
	ended := kind != "http" || !panics(number)
	expected := map[string]interface{}{
		"type": "request", "method": method(number), "path": path(number), "query": query(number), "host": host(number),
		"protocol": "HTTP/1.1", "scheme": "http", "remote": l.fact(number).remote, "outcome": "ok",
		"request_bytes": integer(bodySize(number)), "response_bytes": integer(len(answer(number))), "status": integer(status(number)),
	}
	if kind != "http" {
		expected["scheme"] = "https"
	}
	if kind == "h2" {
		expected["protocol"] = "HTTP/2.0"
	}
	if strings.Contains(asked, "-H x-number") {
		expected["request_headers"] = map[string]interface{}{"X-Number": strconv.Itoa(number), "X-Text": text(number)}
	}
	if strings.Contains(asked, "--response-header") {
		expected["response_headers"] = map[string]interface{}{"X-Answer": answer(number)}
	}
	if strings.Contains(asked, "--capture") {
		captures := map[string]interface{}{"number": strconv.Itoa(number), "query": query(number)}
		if ended {
			captures["status"] = integer(status(number))
		}
		expected["captures"] = captures
	}
	if !ended {
		expected["outcome"], expected["status"] = "panic", nil
		expected["response_bytes"], expected["response_headers"] = nil, nil
	}
	return expected
}

func callNumber(e event) (int, bool) {
	arguments, _ := e["args"].(map[string]interface{})
	return event(arguments).number("number")
}

func callExpected(latency bool, number int) map[string]interface{} {
	expected := map[string]interface{}{"type": "call", "outcome": nil, "ret": nil}
	if latency {
		expected["outcome"] = "ok"
	}
	if grows(number) {
		expected["function"] = "main.Grow"
		expected["args"] = map[string]interface{}{"number": integer(number)}
		if latency {
			expected["ret"] = integer(number)
		}
		return expected
	}
	expected["function"] = "main.Work"
	item := map[string]interface{}{"Number": integer(number), "Name": "item " + text(number), "Tags": []interface{}{strconv.Itoa(number), "tag"}}
	expected["args"] = map[string]interface{}{"number": integer(number), "text": text(number), "item": item}
	if latency && panics(number) {
		expected["outcome"] = "panic"
	} else if latency {
		expected["ret"] = []interface{}{integer(number * 7), result(number)}
	}
	return expected
}
