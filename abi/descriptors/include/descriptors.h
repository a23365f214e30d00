/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTORS_H
#define GOHTTPSNOOP_ABI_DESCRIPTORS_H

#include "go_version.h"
#include "image.h"
#include "moduledata.h"
#include "type.h"

/*
 * Go types from the runtime's own type descriptors, which every program contains, also when stripped.
 * Sources: golang/go src/internal/abi/{type,map_*}.go (before Go 1.20 src/runtime/type.go). Descriptors are
 * the same in Go 1.11 to 1.27, except for the differences that `struct descriptor_form` lists.
 */
struct descriptors;

/*
 * Loads all descriptors in the range of `parts`: some megabytes for a large program. `image` is not needed
 * afterwards. Returns -E2BIG if the range is larger than 256 MiB, -ENOMEM, or an error of image_load(). The
 * caller closes the descriptors; descriptors_close(NULL) is legal. They own all types that the functions
 * below return.
 */
int descriptors_open(const struct image *image, const struct module_parts *parts,
		     const struct go_version *version, struct descriptors **ret_descriptors,
		     struct error *err);
void descriptors_close(struct descriptors *descriptors);

/* Returns the type at an offset from module_parts.types; -EBADMSG if there is no descriptor, or -ENOMEM. */
int descriptors_at(struct descriptors *descriptors, uint64_t offset, const struct type **ret_type,
		   struct error *err);

/*
 * Finds a type by its whole name: "net/http.Request", "[]string". For a pointer type, a descriptor of the
 * type that it points to is enough. Returns -ENODATA if the program has no descriptor of the type, or
 * -ENOMEM. The first call of this function, descriptors_list(), descriptors_hashed() or descriptors_count()
 * builds an index of all types.
 */
int descriptors_named(struct descriptors *descriptors, const char *name,
		      const struct type **ret_type, struct error *err);

/*
 * Fills in the parts (fields, element, key and length) of a type that `descriptors` returned. On failure the
 * type is not changed: -EBADMSG if a descriptor is damaged, -E2BIG if there are more than 4,096 fields,
 * -ENOMEM.
 */
int descriptors_complete(struct descriptors *descriptors, const struct type *type,
			 struct error *err);

/*
 * Returns the struct type that contains entries of a map: a bucket up to Go 1.23 and with
 * GOEXPERIMENT=noswissmap, otherwise a group. Returns -ENODATA if `map` is not a map type that `descriptors`
 * returned.
 */
int descriptors_map_group(struct descriptors *descriptors, const struct type *map,
			  const struct type **ret_group, struct error *err);

/*
 * Called for each type, with its whole name, valid during the call, and the hash that identifies the type in
 * interface values. A negative result ends the list.
 */
typedef int descriptors_visit(void *context, const char *name, uint32_t hash);

/* Lists all types. Returns the negative result that ended the list, -ENOMEM, or 0. */
int descriptors_list(struct descriptors *descriptors, descriptors_visit *visit, void *context,
		     struct error *err);

/*
 * Finds the type with this hash. Returns -ENODATA if the program has no descriptor with this hash,
 * or several with different names: then the hash of an interface value does not identify the type.
 */
int descriptors_hashed(struct descriptors *descriptors, uint32_t hash, const struct type **ret_type,
		       struct error *err);

/* Returns the number of all types; 0 on failure. */
size_t descriptors_count(struct descriptors *descriptors);

#endif
