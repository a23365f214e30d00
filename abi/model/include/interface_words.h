/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INTERFACE_WORDS_H
#define GOHTTPSNOOP_ABI_INTERFACE_WORDS_H

#include "type.h"

/*
 * The layout of interface values: two words. The second word contains the value, or points to it. The first
 * word of an interface without methods points to the type descriptor of the value; the first word of an
 * interface with methods points to a table (itab), which contains a pointer to the type descriptor (golang/go
 * src/internal/abi/{iface,type}.go; the offsets are the same in all releases).
 */
enum {
	INTERFACE_TABLE_TYPE = 8, /* offset in the itab: pointer to the type descriptor */
	INTERFACE_TYPE_HASH = 16, /* offset in the type descriptor: the type's hash */
};

/* The two words of an interface with methods, as fields. */
enum { INTERFACE_WORDS = 2 };
extern const struct field interface_words[INTERFACE_WORDS];

/* The two words of an interface without methods (runtime.eface), as fields. */
extern const struct field empty_interface_words[INTERFACE_WORDS];

/* Returns the word that the runtime calls `name`, "tab" or "data"; NULL for other names. */
const struct field *interface_word(const char *name);

#endif
