// SPDX-License-Identifier: MIT

//go:build !go1.18
// +build !go1.18

package main

func makeGenericCalls(int) string { return "" }
