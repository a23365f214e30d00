/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_X_NET_H
#define GOHTTPSNOOP_ABI_X_NET_H

#include <stdbool.h>

#include "build_info.h"
#include "pclntab.h"

/*
 * Releases of the module golang.org/x/net as ordered numbers: before its first tag, v0.1.0, by the
 * date of the commit (20220524), after it by version.
 */
#define X_NET_COMMIT(date) ((uint32_t)(date))
#define X_NET_VERSION(minor, patch) (100000000u + (uint32_t)(minor)*1000u + (uint32_t)(patch))

#define X_NET_PATH "golang.org/x/net/"

enum { X_NET_MAX_COPIES = 16, X_NET_MAX_PREFIX = 256 };

/* A copy of the package http2, and its release; 0 if the release is not known. */
struct x_net_copy {
	char prefix[X_NET_MAX_PREFIX]; /* "example.com/app/vendor/", see vendored.h; mostly "" */
	uint32_t release;
};

struct x_net {
	struct x_net_copy copies[X_NET_MAX_COPIES]; /* the first has no prefix, and may be missing */
	size_t count;
	size_t left_out; /* number of copies beyond the limit */
};

/*
 * Finds the copies in a binary. The release comes from the build information or, if that has no
 * modules (GOPATH mode, as in Debian's builds), from functions that only some releases have. It is
 * 0 if neither is available, or if the module was replaced by something that is not a release of
 * it.
 */
void x_net_find(const struct build_info *info, const struct pclntab *table,
		struct x_net *ret_x_net);

/* The release of the copy to which the function or type belongs; 0 if it is not known. */
uint32_t x_net_release_of(const struct x_net *x_net, const char *name);

/* Whether the name belongs to this module, with any prefix. */
bool x_net_has(const char *name);

#endif
