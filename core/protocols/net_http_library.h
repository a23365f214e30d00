/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NET_HTTP_LIBRARY_H
#define GOHTTPSNOOP_CORE_NET_HTTP_LIBRARY_H

#include "library.h"

/* net/http and the packages net/url and net/textproto, as far as its requests refer to them. */
extern const struct library net_http_library;

#endif
