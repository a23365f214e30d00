// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Machines that emulate another are slow.
const patience = 180 * time.Second

type event map[string]interface{}

func (e event) text(key string) string { s, _ := e[key].(string); return s }

func (e event) number(key string) (int, bool) {
	n, ok := e[key].(json.Number)
	if !ok {
		return 0, false
	}
	value, err := n.Int64()
	return int(value), err == nil
}

// at is the value that a path of keys with dots leads to.
func (e event) at(path string) interface{} {
	var value interface{} = map[string]interface{}(e)
	for _, key := range strings.Split(path, ".") {
		object, _ := value.(map[string]interface{})
		value = object[key]
	}
	return value
}

// tracer is gohttpsnoop, running, and what it prints.
type tracer struct {
	command *exec.Cmd
	events  chan event
	mutex   sync.Mutex
	said    []string
	ended   chan struct{} // its messages have come to their end
	read    chan struct{} // its events, too
}

// startTracer runs the tool. With a socket its events are read from there.
func startTracer(command []string, as *syscall.Credential, socket string) (*tracer, error) {
	t := &tracer{command: exec.Command(command[0], command[1:]...)}
	t.events, t.ended, t.read = make(chan event, 1<<16), make(chan struct{}), make(chan struct{})
	t.command.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	output, err := t.command.StdoutPipe()
	check(err)
	messages, err := t.command.StderrPipe()
	check(err)
	check(t.command.Start())
	go func() {
		t.readMessages(messages)
		close(t.ended)
	}()
	if socket == "" {
		go t.readEvents(output)
		return t, nil
	}
	connection, err := t.connect(socket)
	if err == nil {
		go t.readEvents(connection)
	}
	return t, err
}

func (t *tracer) connect(socket string) (net.Conn, error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		connection, err := net.Dial("unix", socket)
		if err == nil || time.Now().After(deadline) {
			return connection, err
		}
		select {
		case <-t.ended:
			return nil, t.failure("the tracer ended before it made its socket")
		default:
		}
	}
}

func (t *tracer) readMessages(from io.Reader) {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		t.mutex.Lock()
		if len(t.said) < 50 {
			t.said = append(t.said, lines.Text())
		}
		t.mutex.Unlock()
	}
}

func (t *tracer) readEvents(from io.Reader) {
	defer close(t.read)
	defer close(t.events)
	for decoder := json.NewDecoder(from); ; {
		decoder.UseNumber()
		var e event
		if err := decoder.Decode(&e); err != nil {
			if err != io.EOF {
				t.events <- event{"type": "unreadable", "reason": err.Error()}
			}
			return
		}
		t.events <- e
	}
}

func (t *tracer) messages() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return strings.Join(t.said, " | ")
}

func (t *tracer) failure(what string) error { return fmt.Errorf("%s; it said: %s", what, t.messages()) }

// waitReady waits until a tracer that has no target yet sees programs start: it greets the readers of its
// socket then, or says what it waits for.
func (t *tracer) waitReady(socket bool) error {
	deadline := time.Now().Add(patience)
	for ; time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if socket && len(t.events) > 0 || !socket && t.messages() != "" {
			return nil
		}
	}
	return t.failure(fmt.Sprintf("the tracer was not ready in %v", patience))
}

// waitAttached waits until a process is traced.
func (t *tracer) waitAttached(pid int) error {
	deadline := time.After(patience)
	for {
		select {
		case e, ok := <-t.events:
			if !ok {
				<-t.ended
				return t.failure("the tracer ended before it attached")
			}
			if at, _ := e.number("pid"); e.text("type") == "attach" && at == pid {
				return nil
			}
		case <-deadline:
			return t.failure(fmt.Sprintf("the tracer did not attach to %d in %v", pid, patience))
		}
	}
}

// stop has it end as Ctrl-C does.
func (t *tracer) stop() error {
	t.command.Process.Signal(os.Interrupt)
	late := time.AfterFunc(patience, func() { t.command.Process.Kill() })
	<-t.ended
	<-t.read // before Wait, which closes what is read from
	err := t.command.Wait()
	if !late.Stop() {
		return t.failure("the tracer did not end when it was interrupted")
	}
	if err != nil {
		return t.failure("the tracer: " + err.Error())
	}
	return nil
}

// traced is the program that is traced: this one, from a file that the tracer has not seen.
type traced struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
}

// copyFile makes an executable of its own of a file, in memory.
func copyFile(from, name string) string {
	source, err := os.Open(from)
	check(err)
	defer source.Close()
	path := "/run/" + name
	os.Remove(path) // it may be running
	target, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0755)
	check(err)
	_, err = io.Copy(target, source)
	check(err)
	check(target.Close())
	return path
}

func startTraced(file, word string, as *syscall.Credential, environment ...string) *traced {
	t := &traced{command: exec.Command(file, word)}
	t.command.Env = append(os.Environ(), environment...)
	t.command.Stderr = os.Stderr
	t.command.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	var err error
	t.input, err = t.command.StdinPipe()
	check(err)
	output, err := t.command.StdoutPipe()
	check(err)
	t.output = bufio.NewReader(output)
	check(t.command.Start())
	return t
}

func (t *traced) pid() int { return t.command.Process.Pid }

func (t *traced) line() string {
	line, err := t.output.ReadString('\n')
	check(err)
	return strings.TrimSpace(line)
}

// stop says whether it ran to its proper end.
func (t *traced) stop() error {
	t.input.Close()
	if err := t.command.Wait(); err != nil {
		return fmt.Errorf("the traced program: %v", err)
	}
	return nil
}
