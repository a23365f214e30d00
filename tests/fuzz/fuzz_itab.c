/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the reading of a file's itabs and type descriptors. The input is a module_file.h without type links.
 */
#include "fuzz.h"
#include "itab.h"
#include "module_file.h"

enum { LOOKED_AT = 16 };

static void check_type(const struct image *image, const struct module_parts *parts, uint64_t offset)
{
	struct runtime_type type;
	struct error err = { 0 };
	int r = runtime_type_read(image, parts, offset, 8, &type, &err);

	HOLDS(r == err.code);
}

static void check_list(const struct image *image, const struct module_parts *parts,
		       const struct itab_list *list)
{
	uint64_t size = parts->etypes - parts->types;

	HOLDS(list->count <= parts->itabs_size / 8);
	for (size_t i = 0; i < list->count; i++) {
		HOLDS(list->items[i].interface < size && list->items[i].type < size);
		if (i < LOOKED_AT)
			check_type(image, parts, list->items[i].type);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct itab_list list = { 0 };
	struct module_file module;
	struct error err = { 0 };
	int r;

	if (!module_file_open(&module, data, size, MODULE_OFFSETS))
		return 0;
	r = itab_list_read(module.image, &module.parts, &list, &err);
	HOLDS(r == err.code && (r == 0 || !list.items));
	if (r == 0)
		check_list(module.image, &module.parts, &list);
	for (uint64_t offset = 0; offset < 8 * LOOKED_AT; offset += 8)
		check_type(module.image, &module.parts, offset);
	check_type(module.image, &module.parts, module.parts.types);
	check_type(module.image, &module.parts, UINT64_MAX);
	itab_list_release(&list);
	module_file_close(&module);
	return 0;
}
