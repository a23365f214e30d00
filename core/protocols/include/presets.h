/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PRESETS_H
#define GOHTTPSNOOP_CORE_PRESETS_H

#include <stddef.h>

#include "library.h"

/*
 * Functions of a library with what to capture there, for what people commonly ask: as a user would write them. A program
 * need not have all of them.
 */
struct preset {
	const char *name;
	const char *const *functions;  /* NULL-terminated */
	const struct library *library; /* signatures, for stripped programs */
};

extern const struct preset presets[];
extern const size_t preset_count;

/* NULL if there is none with this name. */
const struct preset *preset_find(const char *name);

#endif
