/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROTOCOL_LIBRARIES_H
#define GOHTTPSNOOP_CORE_PROTOCOL_LIBRARIES_H

#include "binary.h"

enum { PROTOCOL_MAX_LIBRARIES = 16 };

/* Lists the libraries of all protocols, each once. Returns their number. */
size_t protocol_libraries(const struct library *ret_libraries[static PROTOCOL_MAX_LIBRARIES]);

/* Adds them to a binary. Each binary that is examined for requests or functions needs this. -ENOMEM. */
int protocol_libraries_set(struct binary *binary, struct error *err);

#endif
