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
 * The types of one binary.
 *
 * Layouts of types have three sources. DWARF is trusted most, then the type descriptors that every Go binary
 * contains, then the built-in table (rows of libraries by version, see library.h). Structs from DWARF are
 * compared to their descriptors; a contradiction is an error. As the two sources agree, the cheapest source
 * can be used first. So a type is looked up by name in this order: descriptors, the table if it was verified
 * for the binary's release, DWARF, the table otherwise. types_trust_dwarf() puts DWARF first.
 *
 * Signatures of functions have four sources. A declaration by the user comes first; it is an error if DWARF
 * contradicts it. Then come the table if it was verified for the binary's release, DWARF, the table
 * otherwise, and the type descriptors, which describe some methods, without names of parameters.
 *
 * A table that was not verified for the binary's release serves with its newest rows; its results are marked
 * as assumed.
 */
struct types;

/*
 * Opens the types of `image`. Its DWARF is in `debug`, which is `image` itself or a separate debug file
 * (debug_file.h). Both must outlive the types.
 */
int types_open(const struct image *image, const struct image *debug,
	       const struct go_version *version, struct types **ret_types, struct error *err);
void types_close(struct types *types);

/* Sets the function table, which leads to the type descriptors. It must outlive the types. */
void types_set_pclntab(struct types *types, const struct pclntab *pclntab);

/* Sets the libraries whose rows are part of the built-in table. They must outlive the types. */
void types_set_libraries(struct types *types, const struct library_copies *libraries, size_t count);

/* Returns -ESTALE if the DWARF of any type contradicted its descriptor so far; `err` describes the last one. */
int types_check_contradiction(const struct types *types, struct error *err);

/* Sets the signatures that the user declared. The declarations must outlive the types. */
struct declarations;
void types_set_declarations(struct types *types, const struct declarations *declarations);

/* Returns whether the user declared a signature of the function. */
bool types_have_declaration(const struct types *types, const char *function);

/* Sets why a debug file was refused. Errors about missing types quote this reason. */
void types_set_refusal(struct types *types, const struct error *why);

/* Returns that reason if the binary has no other DWARF, otherwise NULL. */
const struct error *types_refusal(const struct types *types);

bool types_have_dwarf(const struct types *types);

/*
 * Uses DWARF before the other sources from now on. Has no effect if there is no DWARF, or if reading it would
 * cost too much (.debug_info has more than 8 MiB).
 */
void types_trust_dwarf(struct types *types);

/*
 * Returns the signature of a function, owned by `types`, and its source (`ret_source` may be NULL). -ENODATA
 * if no source describes the function, or if the binary does not describe a type that the user declared;
 * -EINVAL if DWARF contradicts the user's declaration; -ENOTSUP for a declaration of a generic function.
 */
int types_signature(struct types *types, const struct function *function,
		    const struct signature **ret_signature, enum type_source *ret_source,
		    struct error *err);

/*
 * Returns a type by its name with the whole import path ("runtime.g"); `types` owns it. -ENODATA if no source
 * describes the type.
 */
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
 * Returns the hash from a type's descriptor, and whether interface values contain its values directly. An
 * interface value that holds the type leads to the same descriptor. -ENODATA if the program has no descriptor
 * of the type: then no interface value can hold it.
 */
int types_runtime(struct types *types, const struct type *type, struct runtime_type *ret_type,
		  struct error *err);

/*
 * Returns the type with this hash, which is read from an interface value. -ENODATA if the program has no
 * descriptor with the hash, or if several types share it.
 */
int types_hashed(struct types *types, uint32_t hash, const struct type **ret_type,
		 struct error *err);

/*
 * Returns the names, with whole import paths, and the hashes of the types that interface values can hold.
 * They come from the program's type descriptors. The caller releases the reference. NULL if the descriptors
 * cannot be read, or there is no memory.
 */
struct type_names *types_names(struct types *types);

/* Returns the address of a variable of the program ("net/netip.z4"). False if the variable has no symbol. */
bool types_variable(struct types *types, const char *name, uint64_t *ret_address);

/*
 * Lists the concrete types for which the linker made an interface table of this interface type, at most
 * `max`. Returns their number. Does not list types that are converted to the interface only at run time. The
 * list is empty for an interface without methods (`any`), which has no such tables.
 */
int types_implementing(struct types *types, const struct type *interface,
		       const struct type **ret_list, size_t max, struct error *err);

/*
 * Returns whether a field that types_complete() did not return may exist all the same. This is so if the
 * release is not exactly known, and the field differs between the possible releases.
 */
bool types_field_is_uncertain(const struct types *types, const struct type *type,
			      const char *field);

#endif
