/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ITAB_H
#define GOHTTPSNOOP_ABI_ITAB_H

#include "moduledata.h"
#include "type.h"

/*
 * The itabs that the linker wrote: they show which concrete types the program stores in which interfaces. The
 * runtime creates further itabs for type assertions between interfaces; those are not in the file. A type is
 * identified by the offset of its descriptor from module_parts.types, as in DWARF.
 */
struct itab {
	uint64_t interface, type;
	uint32_t hash; /* of `type` */
};

struct itab_list {
	struct itab *items;
	size_t count;
};

/*
 * Reads all itabs; ignores those with types outside of the descriptors. Returns -EBADMSG if the itabs are
 * damaged, -ENOMEM, or an error of image_load(). The caller releases the list.
 */
int itab_list_read(const struct image *image, const struct module_parts *parts,
		   struct itab_list *ret_list, struct error *err);
void itab_list_release(struct itab_list *list);

/*
 * Reads the type descriptor at `offset`. Returns -EBADMSG if there is no descriptor of a type of `size`
 * bytes, or an error of image_load().
 */
int runtime_type_read(const struct image *image, const struct module_parts *parts, uint64_t offset,
		      uint64_t size, struct runtime_type *ret_type, struct error *err);

#endif
