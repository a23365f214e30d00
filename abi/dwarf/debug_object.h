/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_OBJECT_H
#define GOHTTPSNOOP_ABI_DEBUG_OBJECT_H

#include "debug_sections.h"

/*
 * A libdwarf handle that gets its sections from us. libdwarf opens no file, and sees only the sections that
 * entries need: .debug_info, .debug_abbrev, strings and addresses. debug_list.c reads the lists of ranges and
 * locations: libdwarf 20210528 frees memory twice, or loops forever, if the header of a list is damaged.
 */
struct debug_object;

/* `sections` must outlive the object. -EBADMSG if the DWARF is damaged. */
int debug_object_open(struct debug_sections *sections, struct debug_object **ret_object,
		      struct error *err);
void debug_object_close(struct debug_object *object);

struct Dwarf_Debug_s *debug_object_dwarf(const struct debug_object *object);

/* Returns where libdwarf is to store its next error, which the object owns. Releases the last one. */
struct Dwarf_Error_s **debug_object_error(struct debug_object *object);
/* Returns what libdwarf says of its last error, until the next; NULL if there was none. */
const char *debug_object_error_text(struct debug_object *object);

#endif
