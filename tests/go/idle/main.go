// SPDX-License-Identifier: MIT

// Command idle is a Go program without net/http: one that cannot be traced as a server.
// It ends on SIGTERM or when its standard input closes.
package main

import (
	"fmt"
	"io"
	"io/ioutil"
	"os"
)

func main() {
	fmt.Println("{}")
	io.Copy(ioutil.Discard, os.Stdin)
}
