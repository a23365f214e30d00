// SPDX-License-Identifier: MIT

// Command host loads the plugin that GOHTTPSNOOP_LIBRARY names and runs until its standard input ends. It has no
// server itself.
package main

import (
	"io"
	"io/ioutil"
	"log"
	"os"
	"plugin"
)

func main() {
	loaded, err := plugin.Open(os.Getenv("GOHTTPSNOOP_LIBRARY"))
	if err != nil {
		log.Fatal(err)
	}
	serve, err := loaded.Lookup("Serve")
	if err != nil {
		log.Fatal(err)
	}
	serve.(func())()
	io.Copy(ioutil.Discard, os.Stdin)
}
