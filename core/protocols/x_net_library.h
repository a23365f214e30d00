/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_X_NET_LIBRARY_H
#define GOHTTPSNOOP_CORE_X_NET_LIBRARY_H

#include "library.h"

/* The package http2 of golang.org/x/net. */
extern const struct library x_net_library;

#endif
