/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_SOURCES_H
#define GOHTTPSNOOP_ABI_TYPE_SOURCES_H

#include "arena.h"
#include "debug_types.h"
#include "descriptors.h"
#include "go_version.h"
#include "instance_list.h"
#include "itab.h"
#include "layout.h"
#include "pclntab.h"
#include "type_names.h"

struct declarations;

/* The types of one binary (types.h). Private to the files of this room that implement them. */
struct types {
	const struct image *image, *debug;
	struct error refusal; /* why a debug file was refused; code 0: none was */
	struct layout *layout;
	bool verified; /* the rows of the table are valid for this release; see layout_verified() */
	bool has_dwarf;
	struct debug_types *dwarf;  /* opened when first needed */
	int dwarf_error;	    /* why DWARF could not be opened; 0: not tried, or opened */
	bool trusts_dwarf;	    /* DWARF is used before the other sources */
	struct error contradiction; /* the last between DWARF and descriptors; code 0: none so far */
	const struct pclntab *pclntab;
	struct go_version version;
	bool parts_read;
	struct module_parts parts;
	uint64_t text; /* the address from which offsets of code count; valid if parts_read */
	struct descriptors *descriptors; /* opened when first needed */
	bool descriptors_tried;
	bool itabs_read;
	struct itab_list itabs;
	const struct declarations *declarations; /* the user's; may be NULL */
	struct arena declared;	  /* what is made from declarations, and signatures of methods */
	const char *instances_of; /* signature.shared of the instances' function; NULL: none */
	struct instance_list instances;
	bool names_tried;
	struct type_names *names;
	struct { /* the last lookup of types_variable() */
		char name[64];
		bool found;
		uint64_t address;
	} variable;
};

/* Opens the DWARF of the binary unless it is open. -ENODATA if there is none. */
int type_sources_dwarf(struct types *types, struct error *err);

/*
 * Reads `parts` and `text` from the moduledata unless they were read. -ENOENT or -ENODATA if the moduledata
 * is not found or has no known layout.
 */
int type_sources_parts(struct types *types, struct error *err);

/* Opens the type descriptors unless they are open. False if they cannot be read: use the other sources then. */
bool type_sources_descriptors(struct types *types);

/*
 * Each of these functions returns a type by its name from one source. -ENODATA if the source does not
 * describe the type. A type from type_from_descriptors() is complete.
 */
int type_from_layout(struct types *types, const char *name, const struct type **ret_type,
		     struct error *err);
int type_from_dwarf(struct types *types, const char *name, const struct type **ret_type,
		    struct error *err);
int type_from_descriptors(struct types *types, const char *name, const struct type **ret_type);

/* Returns the type whose descriptor is at `offset` from parts.types. -ENODATA if no source describes it. */
int type_described_at(struct types *types, uint64_t offset, const struct type **ret_type,
		      struct error *err);

/*
 * Completes a type from DWARF, and compares it to its descriptor. -ESTALE if they contradict each other;
 * types_check_contradiction() returns that error later.
 */
int type_complete_from_dwarf(struct types *types, const struct type *type, struct error *err);

#endif
