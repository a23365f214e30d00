// SPDX-License-Identifier: MIT

package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Types that are known by a text, or whose value stands in a field.

type UUID [16]byte

type Uuid [16]byte

// Not by another name, nor of another size.
type OrderID [16]byte

type record struct {
	ID      UUID
	Parent  *UUID
	Peer    net.IP
	Seen    time.Time
	Total   *big.Int
	Link    *url.URL
	Comment sql.NullString
}

//go:noinline
func takeIDs(id UUID, p *UUID, other Uuid, order OrderID, list []UUID, m map[UUID]string) { calls++ }

//go:noinline
func takeIP(ip net.IP, p *net.IP, list []net.IP, mask net.IPMask, network net.IPNet) { calls++ }

//go:noinline
func takeHardware(mac net.HardwareAddr, raw json.RawMessage) { calls++ }

//go:noinline
func takeBig(n *big.Int, value big.Int) { calls++ }

//go:noinline
func takeBigs(list []*big.Int, m map[string]*big.Int) { calls++ }

//go:noinline
func takeURL(u *url.URL, value url.URL) { calls++ }

//go:noinline
func takeZoned(t time.Time, p *time.Time) { calls++ }

//go:noinline
func takeNulls(s sql.NullString, n sql.NullInt64, f *sql.NullFloat64, b sql.NullBool, t sql.NullTime) {
	calls++
}

//go:noinline
func takeAtomicValue(v *atomic.Value) { calls++ }

//go:noinline
func takeRecord(r record, any interface{}, m map[string]interface{}) { calls++ }

//go:noinline
func takeOddKeys(times map[time.Duration]int, pairs map[[2]int8]int, points map[point]string, any map[interface{}]int) {
	calls++
}

type point struct {
	X, Y int
	Name string
}

func uuid(fill byte) (u UUID) {
	for i := range u {
		u[i] = fill + byte(i*17)
	}
	return u
}

func knowns() {
	ids()
	addresses()
	bigs()
	links()
	zones()
	nulls()
	wholeRecords()
	oddKeys()
}

func ids() {
	id, list := uuid(0x10), []UUID{uuid(1), {}, uuid(0xfe)}
	m := map[UUID]string{id: "one", {}: "none"}
	for _, p := range []*UUID{nil, &id} {
		p := p
		add("UUIDs", takeIDs, func() { takeIDs(id, p, Uuid(id), OrderID(id), list, m) }, arg("id", id), arg("p", p),
			arg("other", Uuid(id)), arg("order", OrderID(id)), arg("list", list), arg("list[2]", list[2]), arg("m", m))
	}
}

func addresses() {
	mask := net.CIDRMask(20, 32)
	network := net.IPNet{IP: net.IPv4(10, 0, 16, 0), Mask: mask}
	list := []net.IP{net.ParseIP("2001:db8::1"), nil, net.IPv4zero.To4(), net.IPv6loopback}
	for _, text := range []string{"192.168.200.7", "193.169.201.7", "::1", "::", "2001:db8:0:0:1:0:0:1", "fe80::", "1::", "::ffff:1.2.3.4",
		"1:0:0:2:0:0:0:3", "1:0:2:3:4:5:6:7", "ff02::fb", "0:1:2:3:4:5:6:7", "::102:304"} {
		ip := net.ParseIP(text)
		add("net.IP "+text, takeIP, func() { takeIP(ip, &ip, list, mask, network) }, arg("ip", ip), arg("p", &ip), arg("list", list),
			arg("mask", mask), arg("network", network), arg("len(ip)", len(ip)))
	}
	for _, ip := range []net.IP{nil, {}, {1, 2, 3, 4}, {1, 2, 3}, net.IPv4(9, 8, 7, 6), []byte("17 bytes of text!")} {
		ip := ip
		add(fmt.Sprintf("net.IP of %d bytes", len(ip)), takeIP, func() { takeIP(ip, nil, nil, nil, net.IPNet{}) }, arg("ip", ip),
			null("p"), arg("list", []net.IP(nil)), arg("mask", net.IPMask(nil)), arg("network", net.IPNet{}), arg("len(ip)", len(ip)))
	}
	for _, mac := range []net.HardwareAddr{nil, {}, {0, 0x1b, 0x63, 0x84, 0x45, 0xe6}, {1, 2, 3, 4, 5, 6, 7, 0xff}} {
		mac, raw := mac, json.RawMessage(`{"a":[1,"\u00e9"]}`)
		add(fmt.Sprintf("hardware address of %d bytes", len(mac)), takeHardware, func() { takeHardware(mac, raw) },
			arg("mac", mac), arg("raw", raw))
	}
}

func bigs() {
	for _, text := range []string{"0", "1", "-1", "9007199254740992", "-9007199254740992", "9007199254740993", "18446744073709551616",
		"-340282366920938463463374607431768211456", "10000000000000000000", "100000000000000000000000000000000000000",
		strings.Repeat("1234567890", 30), "-" + strings.Repeat("9", 308), strings.Repeat("7", 309)} {
		n, _ := new(big.Int).SetString(text, 10)
		add(fmt.Sprintf("big.Int %.25s", text), takeBig, func() { takeBig(n, *n) }, arg("n", n), arg("value", *n))
	}
	add("nil *big.Int", takeBig, func() { takeBig(nil, big.Int{}) }, null("n"), arg("value", big.Int{}))
	word := new(big.Int).SetUint64(1<<64 - 1)
	list, m := []*big.Int{big.NewInt(1), nil, big.NewInt(-5), word}, map[string]*big.Int{"word": word, "none": nil}
	add("lists of big.Int", takeBigs, func() { takeBigs(list, m) }, arg("list", list), arg("m", m))
}

func links() {
	for _, text := range []string{"https://example.org/a%2Fb/c?x=1&y=2#frag", "http://user@host:8080/", "/path/only?q", "mailto:a@b.c",
		"//host/no/scheme", "rel/with:colon", "with:colon/rel", "*", "http://[fe80::1%25en0]:80/x y", "/%zz", "https://h/?#", "file:///etc/hosts",
		"https://ex.org/a;b=1,c/%E4%BD%A0!'()*", "", "http://h/p?a=%20b+c#f!'()*"} {
		u, err := url.Parse(text)
		if err != nil {
			u = &url.URL{Path: text}
		}
		add("url.URL "+text, takeURL, func() { takeURL(u, *u) }, arg("u", u), arg("value", *u))
	}
	odd := &url.URL{Scheme: "http", Host: "h\x7f<>é", Path: "a?b%#é\x00", RawPath: "a%3fb", Fragment: "f g", ForceQuery: true}
	add("odd url.URL", takeURL, func() { takeURL(odd, *odd) }, arg("u", odd), arg("value", *odd))
	add("nil *url.URL", takeURL, func() { takeURL(nil, url.URL{}) }, null("u"), arg("value", url.URL{}))
}

func zones() {
	moment := time.Date(2026, 11, 22, 9, 41, 0, 123456789, time.UTC)
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("CET", 3600), time.FixedZone("", -(3*3600 + 1800)),
		time.FixedZone("LMT", 90), time.FixedZone("far", 14*3600)} {
		t := moment.In(zone)
		add("time in "+zone.String(), takeZoned, func() { takeZoned(t, &t) }, arg("t", t), arg("p", &t))
	}
	add("no time", takeZoned, func() { takeZoned(time.Time{}, nil) }, arg("t", time.Time{}), null("p"))
	now := time.Now()
	add("local time", takeZoned, func() { takeZoned(now, &now) }, arg("t", now), arg("p", &now))
	if zone, err := time.LoadLocation("Asia/Kathmandu"); err == nil {
		t, old := now.In(zone), time.Date(1970, 1, 2, 3, 4, 5, 6, zone)
		add("times in Kathmandu", takeZoned, func() { takeZoned(t, &old) }, arg("t", t), arg("p", &old))
	}
}

func nulls() {
	when := time.Date(2026, 11, 22, 9, 41, 0, 5, time.UTC)
	add("sql.Null* that are valid", takeNulls, func() {
		takeNulls(sql.NullString{String: "s", Valid: true}, sql.NullInt64{Int64: -7, Valid: true},
			&sql.NullFloat64{Float64: 1.5, Valid: true}, sql.NullBool{Bool: false, Valid: true}, sql.NullTime{Time: when, Valid: true})
	}, arg("s", sql.NullString{String: "s", Valid: true}), arg("n", sql.NullInt64{Int64: -7, Valid: true}),
		arg("f", &sql.NullFloat64{Float64: 1.5, Valid: true}), arg("b", sql.NullBool{Valid: true}),
		arg("t", sql.NullTime{Time: when, Valid: true}), arg("s.String", "s"), arg("n.Valid", true))
	add("sql.Null* that are not", takeNulls, func() {
		takeNulls(sql.NullString{String: "not this"}, sql.NullInt64{}, &sql.NullFloat64{}, sql.NullBool{Bool: true}, sql.NullTime{Time: when})
	}, null("s"), null("n"), null("f"), null("b"), null("t"), arg("s.String", "not this"), arg("n.Valid", false))
	var v, none atomic.Value
	v.Store("stored")
	add("atomic.Value", takeAtomicValue, func() { takeAtomicValue(&v) }, arg("v", &v))
	add("empty atomic.Value", takeAtomicValue, func() { takeAtomicValue(&none) }, arg("v", &none))
}

func wholeRecords() {
	link, _ := url.Parse("https://example.org/")
	r := record{ID: uuid(3), Peer: net.ParseIP("fe80::7"), Seen: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 7200)),
		Total: big.NewInt(-12), Link: link, Comment: sql.NullString{String: "c", Valid: true}}
	r.Parent = &r.ID
	m := map[string]interface{}{"n": 1, "s": "text"}
	add("known types in a struct", takeRecord, func() { takeRecord(r, r.Peer, m) }, arg("r", r), arg("r.ID", r.ID), arg("r.ID[15]", int(r.ID[15])),
		arg("r.Peer", r.Peer), arg("r.Comment.String", "c"), arg("r.Link.Host", "example.org"), arg("r.Total.neg", true))
	add("nothing in a struct", takeRecord, func() { takeRecord(record{}, nil, nil) }, arg("r", record{}), arg("r.ID", UUID{}),
		arg("r.ID[15]", 0), arg("r.Peer", net.IP(nil)), arg("r.Comment.String", ""), null("r.Link.Host"), null("r.Total.neg"))
}

func oddKeys() {
	pairs, points := map[[2]int8]int{{1, -2}: 3, {}: 0}, map[point]string{{1, 2, "a"}: "x", {}: "y"}
	any := map[interface{}]int{"text": 1, 7: 2, true: 3}
	add("odd keys", takeOddKeys, func() { takeOddKeys(map[time.Duration]int{time.Second: 1}, pairs, points, any) },
		arg("times", map[time.Duration]int{time.Second: 1}), arg("pairs", pairs), arg("points", points), arg("any", any))
}
