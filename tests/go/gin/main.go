// SPDX-License-Identifier: MIT

// Command gin serves by github.com/gin-gonic/gin, alone ("http"), behind http.TimeoutHandler ("timed") and within an
// http.ServeMux ("within"). It prints its addresses as one JSON line and ends when its standard input does.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

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

func newEngine() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.Use(gin.Recovery(), identify)
	engine.GET("/users/:user/items/:item", item)
	engine.GET("/files/*rest", item)
	engine.GET("/panic/:user", func(c *gin.Context) { panic("a bug") })
	engine.Group("/api").GET("/users/:user", item)
	mux := http.NewServeMux()
	mux.HandleFunc("/mux/page", func(w http.ResponseWriter, r *http.Request) {})
	engine.GET("/mux/*rest", gin.WrapH(mux))
	return engine
}

func serve(handler http.Handler) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, handler)
	return listener.Addr().String()
}

func main() {
	engine, mux := newEngine(), http.NewServeMux()
	mux.Handle("/", engine)
	json.NewEncoder(os.Stdout).Encode(map[string]string{
		"http":   serve(engine),
		"timed":  serve(http.TimeoutHandler(engine, time.Minute, "late")),
		"within": serve(mux),
	})
	io.Copy(io.Discard, os.Stdin)
}
