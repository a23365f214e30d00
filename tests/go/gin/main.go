// SPDX-License-Identifier: MIT

// Command gin serves by github.com/gin-gonic/gin. It prints its address as one JSON line and ends when its
// standard input does.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

func identify(c *gin.Context) {
	c.Set("user", c.GetHeader("X-User"))
	c.Set("visits", 7)
	c.Next()
}

func item(c *gin.Context) {
	c.Header("X-Item", c.Param("item"))
	c.JSON(http.StatusCreated, gin.H{"item": c.Param("item")})
}

func main() {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.Use(identify)
	engine.GET("/users/:user/items/:item", item)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, engine)
	fmt.Printf("{\"http\":%q}\n", listener.Addr())
	io.Copy(io.Discard, os.Stdin)
}
