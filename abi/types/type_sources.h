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

/* The types of one binary (types.h), as the files of this room that implement them see them. */
struct types {
	const struct image *image, *debug;
	struct error refusal; /* of another file with DWARF; code 0: none */
	struct layout *layout;
	bool verified; /* the table was checked against this very release */
	bool has_dwarf;
	struct debug_types *dwarf;  /* opened when first needed */
	int dwarf_error;	    /* why it cannot be, once tried */
	bool trusts_dwarf;	    /* it is asked first */
	struct error contradiction; /* between DWARF and descriptors; code 0: none so far */
	const struct pclntab *pclntab;
	struct go_version version;
	bool parts_read;
	struct module_parts parts;
	uint64_t text; /* the address that offsets of code count from, once the parts were read */
	struct descriptors *descriptors; /* opened when first needed */
	bool descriptors_tried;
	bool itabs_read;
	struct itab_list itabs;
	const struct declarations *declarations; /* of functions, by the user; or NULL */
	struct arena declared;			 /* types and signatures made of them */
	const char *instances_of; /* the function's signature.shared; NULL: of none */
	struct instance_list instances;
	bool names_tried;
	struct type_names *names;
	struct { /* what was asked for last */
		char name[64];
		bool found;
		uint64_t address;
	} variable;
};

/* Opens the DWARF of the binary unless it is open. -ENODATA if there is none. */
int type_sources_dwarf(struct types *types, struct error *err);

/* Reads where the type descriptors are, unless that is known. -ENODATA if it cannot be found. */
int type_sources_parts(struct types *types, struct error *err);

/* Opens the type descriptors unless they are open. False if they cannot be read: then the other sources answer. */
bool type_sources_descriptors(struct types *types);

/*
 * Return a type by its name from one source. -ENODATA if it does not describe the type. From descriptors the type is
 * complete.
 */
int type_from_layout(struct types *types, const char *name, const struct type **ret_type,
		     struct error *err);
int type_from_dwarf(struct types *types, const char *name, const struct type **ret_type,
		    struct error *err);
int type_from_descriptors(struct types *types, const char *name, const struct type **ret_type);

/* The type whose descriptor is at an offset from the first. -ENODATA when no source describes it. */
int type_described_at(struct types *types, uint64_t offset, const struct type **ret_type,
		      struct error *err);

/*
 * Completes a type that DWARF described, and compares it to its descriptor. -ESTALE if they contradict each other, which
 * is noted.
 */
int type_complete_from_dwarf(struct types *types, const struct type *type, struct error *err);

#endif
