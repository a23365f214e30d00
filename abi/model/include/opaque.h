/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_OPAQUE_H
#define GOHTTPSNOOP_ABI_OPAQUE_H

#include <stdbool.h>

/*
 * Whether a type, by its full name ("net/http.response"), is shown only by that name. Such types belong to
 * packages that handle other people's data: they hold pooled buffers, whose stale contents stem from
 * other requests, windows of compressors, keys. An expression can still name one of their fields.
 */
bool type_name_is_opaque(const char *name);

#endif
