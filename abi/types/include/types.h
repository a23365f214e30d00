/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPES_H
#define GOHTTPSNOOP_ABI_TYPES_H

#include "go_version.h"
#include "image.h"
#include "library_copies.h"
#include "pclntab.h"
#include "type.h"
#include "type_names.h"

/*
 * The types of one binary. Layouts have three sources. DWARF is trusted most, then the type descriptors that every Go
 * binary contains, then the built-in table (rows of libraries by version, see library.h). What DWARF describes is
 * compared to the descriptors: if they contradict each other, that is an error. As they agree, the source that costs
 * least may be asked first. So the order for types that are looked up by their names is: descriptors, a table that was
 * verified for the binary's release, DWARF, any other table; types_trust_dwarf() changes it to the order of trust.
 * Signatures of functions have three sources: the table if it was verified for this release, otherwise DWARF, otherwise
 * the descriptors of types, which have some methods, without names of parameters. Without
 * DWARF the newest rows of the table serve later releases; their result is marked as assumed. What the user declared of
 * a function comes before them; it is an error if DWARF contradicts it.
 */
struct types;

/*
 * Opens the types of `image`. Its DWARF is in `debug`, which is `image` itself or a separate debug file
 * (debug_file.h). Both must outlive the types.
 */
int types_open(const struct image *image, const struct image *debug,
	       const struct go_version *version, struct types **ret_types, struct error *err);
void types_close(struct types *types);

/* Sets the function table, by which the type descriptors are found. It must outlive the types. */
void types_set_pclntab(struct types *types, const struct pclntab *pclntab);

/* Sets the libraries whose rows are part of the built-in table. They must outlive the types. */
void types_set_libraries(struct types *types, const struct library_copies *libraries, size_t count);

/* Returns -ESTALE if DWARF and the type descriptors contradicted each other so far, with where they did. */
int types_check_contradiction(const struct types *types, struct error *err);

/* Sets what the user declared of functions. The declarations must outlive the types. */
struct declarations;
void types_set_declarations(struct types *types, const struct declarations *declarations);

/* Returns whether the user declared the function. */
bool types_have_declaration(const struct types *types, const char *function);

/* Sets why a debug file was refused. Errors about missing types quote this reason. */
void types_set_refusal(struct types *types, const struct error *why);

/* Returns that reason if the binary has no other DWARF, otherwise NULL. */
const struct error *types_refusal(const struct types *types);

bool types_have_dwarf(const struct types *types);

/*
 * Asks DWARF first from now on, also where another source costs less. Without effect if there is no DWARF, or if reading
 * it would cost too much (its entries take more than 8 MiB).
 */
void types_trust_dwarf(struct types *types);

/*
 * Returns the signature of a function and its source (`ret_source` may be NULL). -ENODATA if neither the table nor
 * DWARF describes the function; -EINVAL if DWARF contradicts what the user declared of it.
 */
int types_signature(struct types *types, const struct function *function,
		    const struct signature **ret_signature, enum type_source *ret_source,
		    struct error *err);

/* Returns a type by its name with the whole import path ("runtime.g"). -ENODATA if no source describes it. */
int types_named(struct types *types, const char *name, const struct type **ret_type,
		struct error *err);

/*
 * Fills in the parts of `type` (fields, element, key, length) unless they are already known. -ENODATA if no source
 * describes them, -EBADMSG if the description is damaged, -E2BIG if it exceeds a limit (4,096 fields), -ESTALE if DWARF
 * and the type descriptors contradict each other.
 */
int types_complete(struct types *types, const struct type *type, struct error *err);

/*
 * Returns the struct that stores a map's entries: a bucket up to Go 1.23, later a group. -ENODATA if the program's
 * descriptors do not describe the map.
 */
int types_map_group(struct types *types, const struct type *map, const struct type **ret_group,
		    struct error *err);

/*
 * Returns what the runtime's descriptor says about a type. An interface value that holds the type leads to the same
 * descriptor. -ENODATA if the program has no descriptor of the type: then no interface value can hold it.
 */
int types_runtime(struct types *types, const struct type *type, struct runtime_type *ret_type,
		  struct error *err);

/*
 * Returns the type that interface values tell by this hash. -ENODATA if the program has no descriptor of it, or if
 * several types share the hash.
 */
int types_hashed(struct types *types, uint32_t hash, const struct type **ret_type,
		 struct error *err);

/*
 * Returns the names of the types that interface values can hold, with their whole import paths. They come from the
 * program's type descriptors. The caller releases the reference. NULL if there are none.
 */
struct type_names *types_names(struct types *types);

/* Returns the address of a variable of the program ("net/netip.z4"). False if there is no symbol for it. */
bool types_variable(struct types *types, const char *name, uint64_t *ret_address);

/*
 * Lists the concrete types for which the linker made a table of this interface type, at most `max`. Returns their
 * number. Types that are converted only at run time are not among them; an `any` has none.
 */
int types_implementing(struct types *types, const struct type *interface,
		       const struct type **ret_list, size_t max, struct error *err);

/*
 * Returns whether a field may exist although types_complete() did not return it. This is so if the release is not
 * exactly known and the field has different offsets in the releases that it may be.
 */
bool types_field_is_uncertain(const struct types *types, const struct type *type,
			      const char *field);

#endif
