// SPDX-License-Identifier: MIT

// Command fiber serves by github.com/gofiber/fiber, whose server is fasthttp. It prints its address as one JSON line,
// {"http": ADDRESS}, and ends when its standard input closes. A path /status/N is answered with that status, /slow after
// 30 ms, and all others with 200.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.All("/status/:code", func(c *fiber.Ctx) error {
		code, err := strconv.Atoi(c.Params("code"))
		check(err)
		return c.Status(code).SendString("pong")
	})
	app.All("/slow", func(c *fiber.Ctx) error {
		time.Sleep(30 * time.Millisecond)
		return c.SendString("pong")
	})
	app.All("/*", func(c *fiber.Ctx) error { return c.SendString("pong") })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(app.Listener(listener)) }()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"http": listener.Addr().String()}))
	_, err = io.Copy(io.Discard, os.Stdin)
	check(err)
}
