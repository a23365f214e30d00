/* SPDX-License-Identifier: MIT */
/* Evidence: golang/net http2/server.go of each release, and the DWARF of programs that were built with it. */
#include "x_net_library.h"
#include "module_version.h"
#include "release_range.h"

#define MODULE "golang.org/x/net"
#define X_NET MODULE "/http2."
#define HANDLER "handler func(net/http.ResponseWriter, *net/http.Request)"

/* golang/net commit 1d687d42 removed `body` from responseWriterState. */
#define X_NET_OLD 1, MODULE_COMMIT(20220524)
/* The newest verified release is before this one. Later releases may have other layouts. */
#define X_NET_UNSEEN MODULE_VERSION(0, 56, 1)
#define X_NET_NEW MODULE_COMMIT(20220525), X_NET_UNSEEN
#define X_NET_EVER 1, X_NET_UNSEEN
/* Also for unknown releases: the parameters of these functions never changed. */
#define X_NET_ALWAYS 0, LATER

static const struct layout_field fields[] = {
	{ X_NET "responseWriter", "rws", "*" X_NET "responseWriterState", 0, X_NET_EVER, true },
	{ X_NET "responseWriterState", "req", "*net/http.Request", 8, X_NET_EVER, true },
	{ X_NET "responseWriterState", "handlerHeader", "net/http.Header", 40, X_NET_OLD, true },
	{ X_NET "responseWriterState", "handlerHeader", "net/http.Header", 32, X_NET_NEW, true },
	{ X_NET "responseWriterState", "snapHeader", "net/http.Header", 48, X_NET_OLD, true },
	{ X_NET "responseWriterState", "snapHeader", "net/http.Header", 40, X_NET_NEW, true },
	{ X_NET "responseWriterState", "status", "int", 80, X_NET_OLD, true },
	{ X_NET "responseWriterState", "status", "int", 72, X_NET_NEW, true },
	{ X_NET "responseWriterState", "wroteHeader", "bool", 88, X_NET_OLD, true },
	{ X_NET "responseWriterState", "wroteHeader", "bool", 80, X_NET_NEW, true },
	{ X_NET "responseWriterState", "sentContentLen", "int64", 96, X_NET_OLD, true },
	{ X_NET "responseWriterState", "sentContentLen", "int64", 88, X_NET_NEW, true },
	{ X_NET "responseWriterState", "wroteBytes", "int64", 104, X_NET_OLD, true },
	{ X_NET "responseWriterState", "wroteBytes", "int64", 96, X_NET_NEW, true },
};

static const struct layout_type types[] = {
	{ X_NET "responseWriter", "struct", 8, X_NET_EVER, true },
	{ X_NET "responseWriterState", "struct", 0, X_NET_EVER, true },
};

static const struct layout_function functions[] = {
	{ X_NET "(*responseWriter).handlerDone", "w *" X_NET "responseWriter", "", X_NET_ALWAYS },
	{ X_NET "(*serverConn).runHandler",
	  "sc *" X_NET "serverConn, rw *" X_NET "responseWriter, req *net/http.Request, " HANDLER,
	  "", X_NET_ALWAYS },
};

/* Whatever the compiler inlines, a copy that serves has one of these functions. */
static const char *const landmarks[] = {
	X_NET "(*serverConn).runHandler",
	X_NET "(*Server).serveConn",
	NULL,
};

const struct library x_net_library = {
	.module = MODULE,
	.landmarks = landmarks,
	/* Support for "Upgrade: h2c" was added late in 2022 (golang/net commit 06994584, v0.4.0). */
	.clue = X_NET "(*serverConn).upgradeRequest",
	.clue_release = MODULE_VERSION(0, 4, 0),
	LIBRARY_ROWS(fields, types, functions),
};
