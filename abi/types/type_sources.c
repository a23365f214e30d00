/* SPDX-License-Identifier: MIT */
#include "type_sources.h"

#include <errno.h>
#include <string.h>

#include "contradiction.h"

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

int type_sources_dwarf(struct types *types, struct error *err)
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

int type_sources_parts(struct types *types, struct error *err)
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
	types->text = r == 0 ? moduledata.text : 0;
	return r;
}

bool type_sources_descriptors(struct types *types)
{
	if (!types->descriptors_tried) {
		types->descriptors_tried = true;
		if (type_sources_parts(types, NULL) == 0)
			descriptors_open(types->image, &types->parts, &types->version,
					 &types->descriptors, NULL);
	}
	return types->descriptors;
}

/* layout_type() returns a type of unknown kind for a name without a row: that is no description. */
int type_from_layout(struct types *types, const char *name, const struct type **ret_type,
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

int type_from_dwarf(struct types *types, const char *name, const struct type **ret_type,
		    struct error *err)
{
	int r = type_sources_dwarf(types, err);

	return r < 0 ? r : debug_types_named(types->dwarf, name, ret_type, err);
}

/*
 * Fails if the type cannot be completed, so that the other sources are used: the descriptors of a plugin
 * refer to types of the program, and these references are filled in only when the plugin is loaded.
 */
int type_from_descriptors(struct types *types, const char *name, const struct type **ret_type)
{
	const struct type *found;
	int r = -ENODATA;

	if (type_sources_descriptors(types))
		r = descriptors_named(types->descriptors, name, &found, NULL);
	if (r == 0)
		r = descriptors_complete(types->descriptors, found, NULL);
	if (r == 0)
		*ret_type = found;
	return r;
}

static void note_contradiction(struct types *types, const struct error *why)
{
	types->contradiction = *why;
	if (types->debug != types->image)
		error_hint(
			&types->contradiction,
			"the debug file is not of this build: give the one that is by --types FILE, or remove it");
	else
		error_hint(
			&types->contradiction,
			"build the program anew, or trace a copy without DWARF (strip --strip-debug)");
}

/* Returns the type in the descriptor of a struct from DWARF; NULL if there is no readable descriptor. */
static const struct type *descriptor_of(struct types *types, const struct type *type)
{
	const struct type *described = NULL;

	if (type->kind != TYPE_STRUCT || !type->runtime_type || !type_sources_descriptors(types) ||
	    descriptors_at(types->descriptors, type->runtime_type, &described, NULL) < 0 ||
	    descriptors_complete(types->descriptors, described, NULL) < 0)
		return NULL;
	return described;
}

int type_complete_from_dwarf(struct types *types, const struct type *type, struct error *err)
{
	const struct type *described;
	struct error why = { 0 };
	int r = debug_types_complete(types->dwarf, type, err);

	if (r < 0)
		return r;
	described = descriptor_of(types, type);
	if (described && contradiction_find(type, described, &why) < 0) {
		note_contradiction(types, &why);
		return error_adopt(err, &types->contradiction);
	}
	return 0;
}
