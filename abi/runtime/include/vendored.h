/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_VENDORED_H
#define GOHTTPSNOOP_ABI_VENDORED_H

/*
 * A library that was vendored in GOPATH mode, or by an import map of Bazel, is named by the folder that
 * it is in: "example.com/app/vendor/golang.org/x/net/http2.(*Server).ServeConn". Modules do without.
 *
 * Returns the rest of the name of a function, package or type from the library's own import path on;
 * `name` itself where it has no such prefix. Of type arguments and receivers nothing is taken off.
 */
const char *vendored_skip_prefix(const char *name);

#endif
