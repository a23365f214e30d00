/* SPDX-License-Identifier: MIT */
#include "types.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug_signature.h"
#include "debug_types.h"
#include "descriptors.h"
#include "interface_words.h"
#include "itab.h"
#include "layout.h"
#include "type_record.h"

struct types {
	const struct image *image, *debug;
	struct error refusal; /* of another file with DWARF; code 0: none */
	struct layout *layout;
	bool verified; /* the table was checked against this very release */
	bool has_dwarf;
	struct debug_types *dwarf; /* opened when first needed */
	int dwarf_error;	   /* why it cannot be, once tried */
	const struct pclntab *pclntab;
	struct go_version version;
	bool parts_read;
	struct module_parts parts;
	struct descriptors *descriptors; /* opened when first needed */
	bool descriptors_tried;
	bool itabs_read;
	struct itab_list itabs;
	bool names_tried;
	struct type_names *names;
	struct { /* what was asked for last */
		char name[64];
		bool found;
		uint64_t address;
	} variable;
};

/*
 * The releases whose layouts this one may have. A version read off the pclntab is only the least
 * of those that write that format (see pclntab.h).
 */
static void release_span(const struct go_version *version, uint32_t *ret_first, uint32_t *ret_last)
{
	static const uint32_t formats[] = { GO_VERSION(16, 0), GO_VERSION(18, 0),
					    GO_VERSION(20, 0) };
	uint32_t number = version->number < layout_newest ? version->number : layout_newest;

	*ret_first = number;
	*ret_last = version->from_pclntab ? layout_newest : number;
	for (size_t i = 0; version->from_pclntab && i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (number < formats[i]) {
			*ret_last = formats[i] - 1;
			break;
		}
	}
}

int types_open(const struct image *image, const struct image *debug,
	       const struct go_version *version, struct types **ret_types, struct error *err)
{
	struct types *types = calloc(1, sizeof(*types));
	uint32_t first, last;
	int r;

	if (!types)
		return error_fail(err, -ENOMEM, "out of memory");
	types->image = image;
	types->debug = debug;
	types->version = *version;
	types->has_dwarf = debug_info_present(debug);
	/* A vendor's build of a release is taken to have that release's layouts (what vendors patch is
	 * crypto), unless it can tell itself. */
	types->verified = layout_verified(version->number) && !version->development &&
			  !version->from_pclntab && !(version->vendor && types->has_dwarf);
	release_span(version, &first, &last);
	r = layout_create(first, last, !types->verified, &types->layout, err);
	if (r < 0) {
		types_close(types);
		return r;
	}
	*ret_types = types;
	return 0;
}

void types_close(struct types *types)
{
	if (!types)
		return;
	itab_list_release(&types->itabs);
	type_names_release(types->names);
	debug_types_close(types->dwarf);
	descriptors_close(types->descriptors);
	layout_destroy(types->layout);
	free(types);
}

void types_set_pclntab(struct types *types, const struct pclntab *pclntab)
{
	types->pclntab = pclntab;
}

void types_set_refusal(struct types *types, const struct error *why)
{
	types->refusal = *why;
}

void types_set_x_net(struct types *types, const struct x_net *x_net)
{
	layout_set_x_net(types->layout, x_net);
}

bool types_field_is_uncertain(const struct types *types, const struct type *type, const char *field)
{
	/* Of other kinds there are types that no source made. DWARF knows all fields of what it describes. */
	return type->kind == TYPE_STRUCT && type_record_of(type)->owner == TYPE_OWNER_LAYOUT &&
	       layout_field_is_uncertain(types->layout, type->name, field);
}

bool types_have_dwarf(const struct types *types)
{
	return types->has_dwarf;
}

const struct error *types_refusal(const struct types *types)
{
	return types->refusal.code && !types->has_dwarf ? &types->refusal : NULL;
}

static int fail_missing(const struct types *types, struct error *err)
{
	if (types->refusal.code)
		error_fail(err, -ENODATA, "types are missing: the binary has no DWARF (%s: %s)",
			   types->refusal.subject, types->refusal.what);
	else
		error_fail(err, -ENODATA, "types are missing: the binary has no DWARF");
	error_hint(err, "build it without -ldflags=-w, or --types FILE with a copy of this build "
			"that has them");
	return -ENODATA;
}

static int dwarf_need(struct types *types, struct error *err)
{
	if (types->dwarf)
		return 0;
	if (!types->has_dwarf)
		return fail_missing(types, err);
	if (types->dwarf_error)
		return error_fail(err, types->dwarf_error,
				  "the DWARF of the binary cannot be read");
	types->dwarf_error = debug_types_open(types->debug, &types->dwarf, err);
	return types->dwarf_error;
}

static int signature_from_dwarf(struct types *types, const struct function *function,
				const struct signature **ret_signature, struct error *err)
{
	int r = dwarf_need(types, err);

	return r < 0 ? r : debug_signature_read(types->dwarf, function->entry, ret_signature, err);
}

int types_signature(struct types *types, const struct function *function,
		    const struct signature **ret_signature, enum type_source *ret_source,
		    struct error *err)
{
	enum type_source source = TYPE_SOURCE_TABLE;
	struct error why = { 0 }, of_table = { 0 };
	int r = -ENODATA, table = -ENODATA;

	if (types->verified)
		r = layout_signature(types->layout, function->name, ret_signature, &why);
	if (r == -ENODATA) {
		source = TYPE_SOURCE_DWARF;
		r = signature_from_dwarf(types, function, ret_signature, &why);
	}
	if (r < 0 && !types->verified)
		table = layout_signature(types->layout, function->name, ret_signature, &of_table);
	/* Where the table knows no such function, what DWARF said is why it cannot be described. */
	if (table != -ENODATA) {
		source = TYPE_SOURCE_ASSUMED;
		why = of_table;
		r = table;
	}
	if (r < 0)
		error_adopt(err, &why);
	else if (ret_source)
		*ret_source = source;
	return r;
}

static int parts_need(struct types *types, struct error *err)
{
	struct moduledata moduledata;
	int r;

	if (types->parts_read)
		return 0;
	if (!types->pclntab)
		return error_fail(err, -ENODATA,
				  "the moduledata cannot be found without a pclntab");
	r = pclntab_moduledata(types->pclntab, types->image, &moduledata, err);
	if (r == 0)
		r = module_parts_read(types->image, &moduledata, &types->version, &types->parts,
				      err);
	types->parts_read = r == 0;
	return r;
}

/* False where they cannot be had: then the other sources answer. */
static bool descriptors_need(struct types *types)
{
	if (!types->descriptors_tried) {
		types->descriptors_tried = true;
		if (parts_need(types, NULL) == 0)
			descriptors_open(types->image, &types->parts, &types->version,
					 &types->descriptors, NULL);
	}
	return types->descriptors;
}

/* From the table where it has a row for it; a name without one is a type of unknown kind. */
static int named_from_layout(struct types *types, const char *name, const struct type **ret_type,
			     struct error *err)
{
	const struct type *type;
	int r = layout_type(types->layout, name, &type, err);

	if (r < 0)
		return r;
	if (type->kind == TYPE_UNKNOWN)
		return error_fail(err, -ENODATA, "the built-in layouts do not describe %s", name);
	*ret_type = type;
	return 0;
}

static int named_from_dwarf(struct types *types, const char *name, const struct type **ret_type,
			    struct error *err)
{
	int r = dwarf_need(types, err);

	return r < 0 ? r : debug_types_named(types->dwarf, name, ret_type, err);
}

/*
 * Those of a plugin that lead to types of the program are filled in when it is loaded: what cannot be completed is left to
 * the other sources.
 */
static int named_from_descriptors(struct types *types, const char *name,
				  const struct type **ret_type)
{
	const struct type *found;
	int r = -ENODATA;

	if (descriptors_need(types))
		r = descriptors_named(types->descriptors, name, &found, NULL);
	if (r == 0)
		r = descriptors_complete(types->descriptors, found, NULL);
	if (r == 0)
		*ret_type = found;
	return r;
}

/* Descriptors cost less to look into than DWARF, and say the same: tests/truth/descriptor_truth.c. */
int types_named(struct types *types, const char *name, const struct type **ret_type,
		struct error *err)
{
	int r;

	if (named_from_descriptors(types, name, ret_type) == 0)
		return 0;
	if (types->verified && named_from_layout(types, name, ret_type, NULL) == 0)
		return 0;
	r = named_from_dwarf(types, name, ret_type, err);
	if (r < 0 && !types->verified && named_from_layout(types, name, ret_type, NULL) == 0)
		r = 0;
	return r;
}

/* What a source found by the name of a type that the table made takes that type's place. */
static void become(const struct type *type, const struct type *found)
{
	struct type_record *record = type_record_of(type);
	const struct type_record *other = type_record_of(found);

	record->type = *found;
	record->owner = other->owner;
	record->entry = other->entry;
}

static int complete_from_descriptors(struct types *types, const struct type *type)
{
	const struct type *found = NULL;
	int r = named_from_descriptors(types, type->name, &found);

	if (r == 0)
		become(type, found);
	return r;
}

static int complete_from_layout(struct types *types, const struct type *type, struct error *err)
{
	const struct type *found = NULL;
	int r = named_from_layout(types, type->name, &found, err);

	if (r == 0)
		r = layout_complete(types->layout, found, err);
	if (r == 0)
		become(type, found);
	return r;
}

/* A type that the table only names ("*mime/multipart.Form") gets its parts from DWARF. */
static int complete_from_dwarf(struct types *types, const struct type *type, struct error *err)
{
	const struct type *found;
	int r = named_from_dwarf(types, type->name, &found, err);

	if (r == 0)
		r = debug_types_complete(types->dwarf, found, err);
	if (r == 0)
		become(type, found);
	return r;
}

/* Where the descriptor is damaged the other sources are asked by the type's name. */
static int complete_described(struct types *types, const struct type *type, struct error *err)
{
	struct error why = { 0 };
	int r = descriptors_complete(types->descriptors, type, &why);

	if (r == -EBADMSG && (complete_from_layout(types, type, NULL) == 0 ||
			      (types->has_dwarf && complete_from_dwarf(types, type, NULL) == 0)))
		return 0;
	if (r < 0)
		error_adopt(err, &why);
	return r;
}

static int complete_named(struct types *types, const struct type *type, struct error *err)
{
	int r = complete_from_descriptors(types, type);

	if (r < 0)
		r = layout_complete(types->layout, type, err);
	if (r == -ENODATA && types->has_dwarf)
		r = complete_from_dwarf(types, type, err);
	return r;
}

int types_complete(struct types *types, const struct type *type, struct error *err)
{
	if (type->complete)
		return 0;
	switch (type_record_of(type)->owner) {
	case TYPE_OWNER_DWARF:
		return debug_types_complete(types->dwarf, type, err);
	case TYPE_OWNER_DESCRIPTOR:
		return complete_described(types, type, err);
	case TYPE_OWNER_LAYOUT:
		break;
	}
	return complete_named(types, type, err);
}

int types_map_group(struct types *types, const struct type *map, const struct type **ret_group,
		    struct error *err)
{
	const struct type *found = map;

	if (!descriptors_need(types))
		return error_fail(err, -ENODATA, "the program has no type descriptors");
	/* DWARF names the descriptor of what it describes. */
	if (type_record_of(map)->owner != TYPE_OWNER_DESCRIPTOR && map->runtime_type &&
	    descriptors_at(types->descriptors, map->runtime_type, &found, NULL) < 0)
		found = map;
	return descriptors_map_group(types->descriptors, found, ret_group, err);
}

/* The offset of the type's descriptor, also of one that the table described. */
static int runtime_type_of(struct types *types, const struct type *type, uint64_t *ret_runtime_type,
			   struct error *err)
{
	const struct type *found = type;
	int r = 0;

	if (!type->runtime_type && descriptors_need(types))
		r = descriptors_named(types->descriptors, type->name, &found, err);
	if (!found->runtime_type && type_record_of(type)->owner == TYPE_OWNER_LAYOUT)
		r = named_from_dwarf(types, type->name, &found, err);
	if (r < 0)
		return r;
	if (!found->runtime_type)
		return error_fail(err, -ENODATA, "the program has no descriptor of type %s",
				  type->name);
	*ret_runtime_type = found->runtime_type;
	return 0;
}

int types_runtime(struct types *types, const struct type *type, struct runtime_type *ret_type,
		  struct error *err)
{
	uint64_t runtime_type = 0;
	int r = runtime_type_of(types, type, &runtime_type, err);

	if (r == 0)
		r = parts_need(types, err);
	return r < 0 ? r :
		       runtime_type_read(types->image, &types->parts, runtime_type, type->size,
					 ret_type, err);
}

bool types_variable(struct types *types, const char *name, uint64_t *ret_address)
{
	if (strcmp(types->variable.name, name) != 0) {
		snprintf(types->variable.name, sizeof(types->variable.name), "%s", name);
		types->variable.found =
			image_symbol(types->image, name, &types->variable.address, NULL) ||
			image_symbol(types->debug, name, &types->variable.address, NULL);
	}
	if (types->variable.found)
		*ret_address = types->variable.address;
	return types->variable.found;
}

static int itabs_need(struct types *types, struct error *err)
{
	int r = parts_need(types, err);

	if (r < 0 || types->itabs_read)
		return r;
	r = itab_list_read(types->image, &types->parts, &types->itabs, err);
	types->itabs_read = r == 0;
	return r;
}

/* The type whose descriptor is at an offset. -ENODATA when no source describes it. */
static int type_described_at(struct types *types, uint64_t offset, const struct type **ret_type,
			     struct error *err)
{
	int r;

	if (descriptors_need(types))
		return descriptors_at(types->descriptors, offset, ret_type, err);
	r = dwarf_need(types, err);
	return r < 0 ? r : debug_types_runtime(types->dwarf, offset, ret_type, err);
}

int types_implementing(struct types *types, const struct type *interface,
		       const struct type **ret_list, size_t max, struct error *err)
{
	struct error ignored = { 0 };
	uint64_t wanted = 0;
	size_t count = 0;
	int r = runtime_type_of(types, interface, &wanted, err);

	if (r == 0)
		r = itabs_need(types, err);
	for (size_t i = 0; r >= 0 && i < types->itabs.count && count < max && count < INT_MAX;
	     i++) {
		const struct itab *itab = &types->itabs.items[i];

		if (itab->interface != wanted)
			continue;
		r = type_described_at(types, itab->type, &ret_list[count], &ignored);
		if (r == 0)
			count++;
		else if (r == -ENODATA) /* not described */
			r = 0;
		else
			error_adopt(err, &ignored);
	}
	return r < 0 ? r : (int)count;
}

/* ---- names by hash ---- */

/* Names being collected, and where the descriptors of their types are. */
struct naming {
	struct type_names *names;
	uint64_t begin; /* address of the descriptors */
	struct buffer descriptors;
};

static int name_described(void *context, const char *name, uint64_t runtime_type)
{
	const struct naming *naming = context;
	uint32_t hash = 0;

	/* The linker gives the address of uintptr's up to Go 1.22. */
	if (runtime_type >= naming->descriptors.size && runtime_type >= naming->begin)
		runtime_type -= naming->begin;
	/* What lies elsewhere is no descriptor. */
	if (!bytes_u32(buffer_bytes(&naming->descriptors), runtime_type + INTERFACE_TYPE_HASH,
		       &hash))
		return 0;
	return type_names_add(naming->names, hash, name);
}

static void names_from_dwarf(struct types *types, struct type_names *names)
{
	struct naming naming = { .names = names, .begin = types->parts.types };
	int r = dwarf_need(types, NULL);

	if (r == 0)
		r = image_load(types->image, types->parts.types,
			       types->parts.etypes - types->parts.types, &naming.descriptors, NULL);
	if (r < 0)
		return;
	debug_types_described(types->dwarf, name_described, &naming, NULL);
	buffer_release(&naming.descriptors);
}

/* Moves those that have no name yet to the front of the list; returns how many. */
static size_t find_unnamed(const struct type_names *names, struct itab *itabs, size_t count)
{
	size_t unnamed = 0;

	for (size_t i = 0; i < count; i++) {
		struct itab itab = itabs[i];

		if (type_names_find(names, itab.hash) || type_names_are_ambiguous(names, itab.hash))
			continue;
		itabs[i] = itabs[unnamed];
		itabs[unnamed++] = itab;
	}
	return unnamed;
}

/* What the linker made an itab of need not be described by DWARF. */
static void names_from_itabs(struct types *types, struct type_names *names)
{
	int r = itabs_need(types, NULL);
	size_t unnamed = r < 0 ? 0 : find_unnamed(names, types->itabs.items, types->itabs.count);

	for (size_t i = 0; r == 0 && i < unnamed; i++) {
		const struct itab *itab = &types->itabs.items[i];
		char *name =
			runtime_type_name(types->image, &types->parts, &types->version, itab->type);

		if (name)
			r = type_names_add(names, itab->hash, name);
		free(name);
	}
	type_names_sort(names);
}

struct type_names *types_names(struct types *types)
{
	struct type_names *names;

	if (types->names_tried)
		return type_names_take(types->names);
	types->names_tried = true;
	names = parts_need(types, NULL) == 0 ? type_names_create() : NULL;
	if (!names)
		return NULL;
	if (types->has_dwarf)
		names_from_dwarf(types, names);
	type_names_sort(names);
	names_from_itabs(types, names);
	types->names = names;
	return type_names_take(names);
}
