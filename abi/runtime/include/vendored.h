/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_VENDORED_H
#define GOHTTPSNOOP_ABI_VENDORED_H

/*
 * The names of a library that was vendored in GOPATH mode, or by an import map of Bazel, begin with
 * the folder of the library: "example.com/app/vendor/golang.org/x/net/http2.(*Server).ServeConn".
 * With modules there is no such prefix.
 *
 * Returns the part of a function, package or type name that begins with the library's own import
 * path; `name` itself if it has no such prefix. Type arguments and receivers are not changed.
 */
const char *vendored_skip_prefix(const char *name);

#endif
