/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPES_H
#define GOHTTPSNOOP_ABI_TYPES_H

#include "go_version.h"
#include "image.h"
#include "pclntab.h"
#include "type.h"
#include "type_names.h"
#include "x_net.h"

/*
 * The types of one binary, from the two places where they can be found: the built-in layout table
 * (net/http and what it reaches, by Go version) and the binary's DWARF. The table answers first where
 * it is known to be right, that is for releases it was verified against: reading it costs nothing.
 * DWARF answers for the rest; the table again, marked as assumed, where there is no DWARF and the
 * release is newer than the table.
 */
struct types;

enum type_source {
	TYPE_SOURCE_TABLE, /* the built-in table, verified for this release */
	TYPE_SOURCE_DWARF, /* the compiler's own word */
	TYPE_SOURCE_ASSUMED, /* the built-in table's newest public layout, for a release it does not know */
};

/*
 * The types of `image`, whose DWARF is in `debug`: the same, or a file found elsewhere (debug_file.h).
 * Both must outlive the types.
 */
int types_open(const struct image *image, const struct image *debug,
	       const struct go_version *version, struct types **ret_types, struct error *err);
void types_close(struct types *types);

/* Says by which table the runtime's own descriptors are found; it must outlive the types. */
void types_set_pclntab(struct types *types, const struct pclntab *pclntab);

/* Says which copies of golang.org/x/net the binary holds; they must outlive the types. */
void types_set_x_net(struct types *types, const struct x_net *x_net);

/* Says why a file that was to have the DWARF was refused; part of what is said when it is missed. */
void types_set_refusal(struct types *types, const struct error *why);

/* That, where there is no other DWARF; else NULL. */
const struct error *types_refusal(const struct types *types);

bool types_have_dwarf(const struct types *types);

/*
 * The signature of a function, and where it came from (`ret_source` may be NULL). -ENODATA when the
 * table does not know the function and the binary has no DWARF, or its DWARF does not describe it.
 */
int types_signature(struct types *types, const struct function *function,
		    const struct signature **ret_signature, enum type_source *ret_source,
		    struct error *err);

/*
 * A named type the runtime gives a meaning to ("runtime.g"), from the table, else from DWARF.
 * -ENODATA when neither knows it.
 */
int types_named(struct types *types, const char *name, const struct type **ret_type,
		struct error *err);

/*
 * Fills in the parts of `type` (fields, element, key, length) if they are not yet. Idempotent.
 * -ENODATA when nothing describes them, -EBADMSG when the description is damaged, -E2BIG when it
 * exceeds what is bounded here (4,096 fields).
 */
int types_complete(struct types *types, const struct type *type, struct error *err);

/*
 * The struct that a map's entries are kept in, as the program's descriptors have it: a bucket up to Go 1.23, then a
 * group. -ENODATA where they do not describe the map.
 */
int types_map_group(struct types *types, const struct type *map, const struct type **ret_group,
		    struct error *err);

/*
 * What the runtime knows of a type. Its hash is in the descriptor that an interface which holds a `type`
 * leads to. -ENODATA when DWARF does not describe the type or the program has no descriptor of it: then no
 * interface of it holds one.
 */
int types_runtime(struct types *types, const struct type *type, struct runtime_type *ret_type,
		  struct error *err);

/*
 * The names of all types that interfaces may hold: from DWARF, with their whole import paths; of others that
 * the linker made an itab of, as %T prints them. A reference that the caller releases; NULL when nothing is
 * known.
 */
struct type_names *types_names(struct types *types);

/* The address of a variable of the program ("net/netip.z4"); false when no symbol says it. */
bool types_variable(struct types *types, const char *name, uint64_t *ret_address);

/*
 * The concrete types that the linker paired with an interface type, those that the program converts
 * to it in so many words; at most `max` of them. Returns how many. An `any` has none.
 */
int types_implementing(struct types *types, const struct type *interface,
		       const struct type **ret_list, size_t max, struct error *err);

/*
 * Whether a field that types_complete() did not give may nevertheless exist: the release is known only
 * roughly, and the field is not in the same place in all that it may be.
 */
bool types_field_is_uncertain(const struct types *types, const struct type *type,
			      const char *field);

#endif
