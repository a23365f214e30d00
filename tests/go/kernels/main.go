// SPDX-License-Identifier: MIT

// Command kernels is the traced program, its load and the judge of what gohttpsnoop prints, in one: it runs
// in the guests of tests/kernels. Every request and call has a number, which is in each of its values, so
// that a value of another one is seen. Standard library, Go 1.15 and later.
package main

import (
	"fmt"
	"os"
)

const usage = `usage: kernels run OPTION... -- TRACER-ARGUMENT...      load a server or functions, and check every event
       kernels refuse OPTION... -- TRACER-ARGUMENT...   the tracer has to refuse, and to say why
       kernels check OPTION... -- KEY=VALUE...          what gohttpsnoop check has to find
       kernels serve|serve-tls|call                     what is traced; ends with its standard input
       kernels confined COMMAND...                      run a command without bpf(2) and perf_event_open(2)`

func main() {
	word := ""
	if len(os.Args) > 1 {
		word = os.Args[1]
	}
	switch word {
	case "run":
		os.Exit(runStep(os.Args[2:]))
	case "refuse":
		os.Exit(refuseStep(os.Args[2:]))
	case "check":
		os.Exit(checkStep(os.Args[2:]))
	case "serve":
		serve(false)
	case "serve-tls":
		serve(true)
	case "call":
		call()
	case "confined":
		confine(os.Args[2:])
	default:
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
}
