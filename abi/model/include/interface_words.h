/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INTERFACE_WORDS_H
#define GOHTTPSNOOP_ABI_INTERFACE_WORDS_H

#include "type.h"

/*
 * How interface values lie in memory: two words. The second holds the value, or points to it; the first
 * points to its type (interfaces without methods) or to a table that does (golang/go src/internal/abi/
 * {iface,type}.go; the offsets are those of all releases).
 */
enum {
	INTERFACE_TABLE_TYPE = 8, /* of the pointer to the type in the table */
	INTERFACE_TYPE_HASH = 16, /* of the hash in the type */
};

/* The two words of one with methods, as fields. */
enum { INTERFACE_WORDS = 2 };
extern const struct field interface_words[INTERFACE_WORDS];

/* The two words of one without methods: runtime.eface. */
extern const struct field empty_interface_words[INTERFACE_WORDS];

/* The two words by the names the runtime gives them, "tab" and "data"; NULL for other names. */
const struct field *interface_word(const char *name);

#endif
