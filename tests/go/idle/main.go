// SPDX-License-Identifier: MIT

// Command idle is a Go program without net/http: one that cannot be traced as a server.
// It ends on SIGTERM or when its standard input closes.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	fmt.Println("{}")
	io.Copy(devNull{}, os.Stdin)
}

// devNull stands in for io.Discard, which Go 1.15 does not have.
type devNull struct{}

func (devNull) Write(p []byte) (int, error) { return len(p), nil }
