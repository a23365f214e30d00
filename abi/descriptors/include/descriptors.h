/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTORS_H
#define GOHTTPSNOOP_ABI_DESCRIPTORS_H

#include "go_version.h"
#include "image.h"
#include "moduledata.h"
#include "type.h"

/*
 * Go types as the runtime's own descriptors describe them, which every program carries, stripped or not.
 * Sources: golang/go src/internal/abi/{type,map_*}.go (before Go 1.20 src/runtime/type.go), which agree on
 * Go 1.11 to 1.27 but for what `struct descriptor_form` lists.
 */
struct descriptors;

/*
 * The descriptors that `parts` says the place of. They are loaded whole: some megabytes for a large program.
 * `image` is not needed after that. -E2BIG when they are larger than any program's.
 */
int descriptors_open(const struct image *image, const struct module_parts *parts,
		     const struct go_version *version, struct descriptors **ret_descriptors,
		     struct error *err);
void descriptors_close(struct descriptors *descriptors);

/* The type at an offset from module_parts.types. -EBADMSG when no descriptor stands there. */
int descriptors_at(struct descriptors *descriptors, uint64_t offset, const struct type **ret_type,
		   struct error *err);

/*
 * A type by its whole name: "net/http.Request", "[]string". Pointers need no descriptor of their own. -ENODATA when the
 * program has no descriptor of the type. The first such question walks through all descriptors.
 */
int descriptors_named(struct descriptors *descriptors, const char *name,
		      const struct type **ret_type, struct error *err);

/* Fills in the parts of a type that these descriptors made. -EBADMSG when they are damaged. */
int descriptors_complete(struct descriptors *descriptors, const struct type *type,
			 struct error *err);

/*
 * The struct that a map's entries are kept in: a bucket up to Go 1.23, then a group. -ENODATA when the type is no map that
 * these descriptors made.
 */
int descriptors_map_group(struct descriptors *descriptors, const struct type *map,
			  const struct type **ret_group, struct error *err);

/* A type of the program by its name, and the hash by which interface values tell it. Negative ends the list. */
typedef int descriptors_visit(void *context, const char *name, uint32_t hash);

/* Lists all types; the first such question walks through them. Returns what ended it, or 0. */
int descriptors_list(struct descriptors *descriptors, descriptors_visit *visit, void *context,
		     struct error *err);

/*
 * The type with this hash. -ENODATA when the program has no descriptor of it, or several types have the hash: then an
 * interface value does not say which it is.
 */
int descriptors_hashed(struct descriptors *descriptors, uint32_t hash, const struct type **ret_type,
		       struct error *err);

/* How many types there are in all; the first such question walks through them. 0 when that failed. */
size_t descriptors_count(struct descriptors *descriptors);

#endif
