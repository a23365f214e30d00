/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ITAB_H
#define GOHTTPSNOOP_ABI_ITAB_H

#include "moduledata.h"
#include "type.h"

/*
 * The itabs that the linker made: which concrete types the program stores in which interface. A
 * program makes more of them while it runs (for type assertions between interfaces); those are not
 * in the file. Types are named by the offset of their descriptor from module_parts.types, as DWARF
 * names them.
 */
struct itab {
	uint64_t interface, type;
	uint32_t hash; /* of `type` */
};

struct itab_list {
	struct itab *items;
	size_t count;
};

/* What cannot be an itab is left out. The caller releases the list. */
int itab_list_read(const struct image *image, const struct module_parts *parts,
		   struct itab_list *ret_list, struct error *err);
void itab_list_release(struct itab_list *list);

/* What the descriptor at `offset` says. -EBADMSG when none of a type of `size` bytes stands there. */
int runtime_type_read(const struct image *image, const struct module_parts *parts, uint64_t offset,
		      uint64_t size, struct runtime_type *ret_type, struct error *err);

#endif
