/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_OBJECT_H
#define GOHTTPSNOOP_ABI_DEBUG_OBJECT_H

#include "debug_sections.h"

/*
 * libdwarf, opened on sections that we read. It sees no file and only what entries are made of:
 * .debug_info, .debug_abbrev, strings and addresses. Lists of ranges and locations are read by
 * debug_list.c: libdwarf 20210528 frees twice, or never ends, where the head of one is damaged.
 */
struct debug_object;

/* `sections` outlive the object. -EBADMSG, -ENOMEM. */
int debug_object_open(struct debug_sections *sections, struct debug_object **ret_object,
		      struct error *err);
void debug_object_close(struct debug_object *object);

struct Dwarf_Debug_s *debug_object_dwarf(const struct debug_object *object);

#endif
