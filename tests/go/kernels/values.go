// SPDX-License-Identifier: MIT

package main

import (
	"strconv"
	"strings"
)

// What belongs to a number. The traced program makes these values, the judge expects them.

// One request or call in panicEvery panics.
const panicEvery = 61

func panics(number int) bool { return number%panicEvery == panicEvery-1 }

// text consists of the number, so that a part of another one's shows wherever it stands.
func text(number int) string {
	return strings.Repeat(strconv.Itoa(number)+"-", 1+number%40)
}

func method(number int) string {
	return [...]string{"GET", "POST", "PUT"}[number%3]
}

// bodySize is that of a request.
func bodySize(number int) int {
	if method(number) == "GET" {
		return 0
	}
	return 1 + number%100
}

func path(number int) string { return "/number/" + strconv.Itoa(number) + "/" + text(number) }

func query(number int) string { return "number=" + strconv.Itoa(number) }

func host(number int) string { return "h" + strconv.Itoa(number) + ".test:80" }

func status(number int) int {
	return [...]int{200, 201, 404, 500}[number%4]
}

// answer is the body of a response, and its header X-Answer.
func answer(number int) string { return "answer " + text(number) }
