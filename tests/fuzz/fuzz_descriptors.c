/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the reading of a file's type descriptors: by offset, by name, with all their parts. The input is a
 * module_file.h with type links.
 */
#include <errno.h>
#include <string.h>

#include "descriptors.h"
#include "fuzz.h"
#include "method_types.h"
#include "module_file.h"

enum { MAX_DEPTH = 4, LOOKED_AT = 32 };

static void check_type(struct descriptors *descriptors, const struct type *type, int depth)
{
	struct error err = { 0 };
	int r;

	HOLDS(type->name && strlen(type->name) < 4096 + MAX_DEPTH);
	r = descriptors_complete(descriptors, type, &err);
	HOLDS(r == err.code && type->complete == (r == 0));
	if (r < 0 || depth == MAX_DEPTH)
		return;
	HOLDS(type->kind != TYPE_INTERFACE || type->field_count == 2);
	HOLDS(type->kind != TYPE_SLICE || type->element);
	HOLDS(type->kind != TYPE_MAP || (type->key && type->element));
	for (size_t i = 0; i < type->field_count && i < LOOKED_AT; i++) {
		HOLDS(type->fields[i].name && type->fields[i].type);
		check_type(descriptors, type->fields[i].type, depth + 1);
	}
	if (type->element)
		check_type(descriptors, type->element, depth + 1);
}

static void check_method(struct descriptors *descriptors, const struct type *type)
{
	struct method_types types = { 0 };
	int r = method_types_find(descriptors, type, "Read", 0, &types, NULL);

	HOLDS(r == 0 || r == -ENODATA || r == -EBADMSG || r == -E2BIG);
	for (size_t i = 0; r == 0 && i < types.parameter_count + types.result_count; i++)
		check_type(descriptors, types.types[i], 0);
}

struct listing {
	struct descriptors *descriptors;
	size_t count;
};

/* Looking up one type searches all descriptors, so only the first LOOKED_AT types are looked up. */
static int check_listed(void *context, const char *name, uint32_t hash)
{
	struct listing *listing = context;
	const struct type *type = NULL;

	HOLDS(strlen(name) < 4096);
	if (listing->count++ < LOOKED_AT &&
	    descriptors_hashed(listing->descriptors, hash, &type, NULL) == 0)
		HOLDS(strcmp(type->name, name) == 0);
	return 0;
}

static void check_all(struct descriptors *descriptors)
{
	struct listing listing = { .descriptors = descriptors };
	const struct type *type, *again;

	for (uint64_t offset = 0; offset < 8 * LOOKED_AT; offset += 8) {
		if (descriptors_at(descriptors, offset, &type, NULL) < 0)
			continue;
		HOLDS(type->runtime_type == offset);
		HOLDS(descriptors_at(descriptors, offset, &again, NULL) == 0 && again == type);
		check_type(descriptors, type, 0);
		check_method(descriptors, type);
	}
	HOLDS(descriptors_at(descriptors, UINT64_MAX, &type, NULL) < 0);
	if (descriptors_named(descriptors, "**os.File", &type, NULL) == 0)
		HOLDS(strcmp(type->name, "**os.File") == 0);
	descriptors_count(descriptors);
	HOLDS(descriptors_list(descriptors, check_listed, &listing, NULL) == 0);
	HOLDS(listing.count == descriptors_count(descriptors));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct descriptors *descriptors = NULL;
	struct module_file module;
	struct error err = { 0 };
	int r;

	if (!module_file_open(&module, data, size, MODULE_OFFSETS_WITH_LINKS))
		return 0;
	r = descriptors_open(module.image, &module.parts, &module.version, &descriptors, &err);
	HOLDS(r == err.code && (r == 0) == (descriptors != NULL));
	if (r == 0)
		check_all(descriptors);
	descriptors_close(descriptors);
	module_file_close(&module);
	return 0;
}
