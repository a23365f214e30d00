// SPDX-License-Identifier: MIT

package main

import (
	"encoding/binary"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// bpf(2) by machine; package syscall does not have it.
var bpfCall = map[string]uint32{"amd64": 321, "arm64": 280}[runtime.GOARCH]

const (
	prSetSeccomp       = 22
	prSetNoNewPrivs    = 38
	seccompModeFilter  = 2
	seccompReturnErrno = 0x00050000
	seccompReturnAllow = 0x7fff0000
)

// confine runs a command without bpf(2) and perf_event_open(2), as the default filters of container engines do.
func confine(command []string) {
	filter := []syscall.SockFilter{
		{Code: syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS, K: 0}, // seccomp_data.nr
		{Code: syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, K: bpfCall, Jt: 2},
		{Code: syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, K: syscall.SYS_PERF_EVENT_OPEN, Jt: 1},
		{Code: syscall.BPF_RET | syscall.BPF_K, K: seccompReturnAllow},
		{Code: syscall.BPF_RET | syscall.BPF_K, K: seccompReturnErrno | uint32(syscall.EPERM)},
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	// The filter is this thread's, and what it executes keeps it.
	runtime.LockOSThread()
	prctl(prSetNoNewPrivs, 1, 0)
	prctl(prSetSeccomp, seccompModeFilter, uintptr(unsafe.Pointer(&program)))
	check(syscall.Exec(command[0], command, os.Environ()))
}

func prctl(option, first, second uintptr) {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, option, first, second, 0, 0, 0); errno != 0 {
		check(errno)
	}
}

// grant gives a file capabilities as setcap does: VFS_CAP_REVISION_2, with the effective bit.
func grant(file, numbers string) {
	var permitted [2]uint32
	for _, word := range strings.Split(numbers, ",") {
		number, err := strconv.Atoi(word)
		check(err)
		permitted[number/32] |= 1 << uint(number%32)
	}
	value := make([]byte, 20)
	for i, word := range []uint32{0x02000001, permitted[0], 0, permitted[1], 0} {
		binary.LittleEndian.PutUint32(value[4*i:], word)
	}
	check(syscall.Setxattr(file, "security.capability", value, 0))
}
