// SPDX-License-Identifier: MIT

//go:build go1.19
// +build go1.19

package main

import (
	"net/netip"
	"reflect"
	"sync/atomic"
)

type counters struct {
	Hits   atomic.Int64
	Errors atomic.Uint32
	Ready  atomic.Bool
	Config atomic.Pointer[Item]
	Empty  atomic.Pointer[Item]
	Level  atomic.Int32
	Bytes  atomic.Uint64
	Word   atomic.Uintptr
}

//go:noinline
func takeAddr(a netip.Addr, p *netip.Addr, list []netip.Addr, m map[netip.Addr]int) { calls++ }

//go:noinline
func takeAddrPort(a netip.AddrPort, p *netip.AddrPort, m map[netip.AddrPort]string) { calls++ }

//go:noinline
func takePrefix(p netip.Prefix, list []netip.Prefix) { calls++ }

//go:noinline
func takeCounters(c *counters) { calls++ }

func init() {
	moreKnowns = func() {
		netips()
		prefixes()
		atomics()
	}
	knownText = func(v reflect.Value) (string, bool) {
		switch known := v.Interface().(type) {
		case netip.Addr:
			return known.String(), true
		case netip.AddrPort:
			return known.String(), true
		case netip.Prefix:
			return known.String(), true
		}
		return "", false
	}
	knownValue = func(v reflect.Value) (reflect.Value, bool) {
		if !v.CanAddr() {
			return reflect.Value{}, false
		}
		switch known := v.Addr().Interface().(type) {
		case *atomic.Int64:
			return reflect.ValueOf(known.Load()), true
		case *atomic.Uint32:
			return reflect.ValueOf(known.Load()), true
		case *atomic.Bool:
			return reflect.ValueOf(known.Load()), true
		case *atomic.Pointer[Item]:
			return reflect.ValueOf(known.Load()), true
		case *atomic.Int32:
			return reflect.ValueOf(known.Load()), true
		case *atomic.Uint64:
			return reflect.ValueOf(known.Load()), true
		case *atomic.Uintptr:
			return reflect.ValueOf(known.Load()), true
		}
		return reflect.Value{}, false
	}
}

func netips() {
	list := []netip.Addr{netip.MustParseAddr("10.0.0.1"), {}, netip.MustParseAddr("fe80::1%eth0"), netip.MustParseAddr("::ffff:10.0.0.1")}
	m := map[netip.Addr]int{list[0]: 1, list[2]: 2, list[3]: 3, {}: 4}
	for _, a := range append([]netip.Addr{
		netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("::1"), netip.IPv6Unspecified(), netip.MustParseAddr("0.0.0.0"),
		netip.MustParseAddr("2001:db8::ff00:42:8329"), netip.MustParseAddr("fe80::2%a zone"), netip.MustParseAddr("::ffff:1.2.3.4%z"),
	}, list...) {
		a := a
		add("netip.Addr "+a.String(), takeAddr, func() { takeAddr(a, &a, list, m) }, arg("a", a), arg("p", &a), arg("list", list), arg("m", m))
		port := netip.AddrPortFrom(a, 65535)
		ports := map[netip.AddrPort]string{port: "this"}
		add("netip.AddrPort "+port.String(), takeAddrPort, func() { takeAddrPort(port, &port, ports) },
			arg("a", port), arg("p", &port), arg("m", ports))
	}
}

func prefixes() {
	some := []netip.Prefix{netip.MustParsePrefix("10.1.2.3/8"), {}, netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("0.0.0.0/0"),
		netip.PrefixFrom(netip.MustParseAddr("1.2.3.4"), 33), netip.MustParsePrefix("::ffff:1.2.3.4/128")}
	for _, p := range some {
		p := p
		add("netip.Prefix "+p.String(), takePrefix, func() { takePrefix(p, some) }, arg("p", p), arg("list", some))
	}
}

func atomics() {
	c := &counters{}
	add("atomic values that are zero", takeCounters, func() { takeCounters(c) }, arg("c", c))
	d := &counters{}
	d.Hits.Store(-5)
	d.Errors.Store(1<<32 - 1)
	d.Ready.Store(true)
	d.Config.Store(&Item{SKU: "held", Count: 2})
	d.Level.Store(-1)
	d.Bytes.Store(1<<64 - 1)
	d.Word.Store(9)
	add("atomic values", takeCounters, func() { takeCounters(d) }, arg("c", d))
}
