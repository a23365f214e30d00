/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the reading of DWARF, with every type and signature that it describes. The first byte selects the
 * layout:
 *
 *	bit 7 set	the rest is the whole ELF file
 *	bit 0		.debug_info is marked as compressed
 *	bit 1		the sections have their older names, .zdebug_*
 *
 * If bit 7 is not set, the sizes of .debug_info and .debug_abbrev follow (two bytes each), then these two
 * sections. The rest of the input is the content of every other section.
 */
#include <elf.h>
#include <string.h>

#include "debug_signature.h"
#include "debug_types.h"
#include "fuzz.h"
#include "memory_file.h"

enum { IS_COMPRESSED = 1, HAS_OLD_NAMES = 2, IS_FILE = 0x80 };
enum { MAX_FUNCTIONS = 16, MAX_DEPTH = 6, MAX_FIELDS = 8 };

static const char *const others[][2] = {
	{ ".debug_str", ".zdebug_str" },	   { ".debug_ranges", ".zdebug_ranges" },
	{ ".debug_loc", ".zdebug_loc" },	   { ".debug_rnglists", ".zdebug_rnglists" },
	{ ".debug_loclists", ".zdebug_loclists" }, { ".debug_addr", ".zdebug_addr" },
	{ ".debug_line_str", ".zdebug_line_str" }, { ".debug_str_offsets", ".zdebug_str_offsets" },
};

enum { OTHERS = sizeof(others) / sizeof(others[0]) };

/* Returns the next part of the content: `size` bytes, or fewer if the content ends before. */
static struct content_section section_cut(const char *name, size_t *at, size_t size, size_t total)
{
	struct content_section section = { .name = name, .type = SHT_PROGBITS, .offset = *at };

	section.size = size < total - *at ? size : total - *at;
	*at += section.size;
	return section;
}

static void content_open(struct memory_file *file, const uint8_t *data, size_t size)
{
	struct content_section sections[2 + OTHERS];
	struct content content = { .data = data + 5,
				   .size = size - 5,
				   .machine = EM_X86_64,
				   .sections = sections,
				   .section_count = 2 + OTHERS };
	int old = data[0] & HAS_OLD_NAMES ? 1 : 0;
	size_t at = 0;

	sections[0] = section_cut(old ? ".zdebug_info" : ".debug_info", &at,
				  data[1] | (size_t)data[2] << 8, size - 5);
	sections[1] = section_cut(old ? ".zdebug_abbrev" : ".debug_abbrev", &at,
				  data[3] | (size_t)data[4] << 8, size - 5);
	if (data[0] & IS_COMPRESSED)
		sections[0].flags = SHF_COMPRESSED;
	for (size_t i = 0; i < OTHERS; i++) {
		size_t begin = at;

		sections[2 + i] = section_cut(others[i][old], &begin, size, size - 5);
	}
	memory_file_around(file, &content);
}

static void check_type(struct debug_types *types, const struct type *type, int depth)
{
	HOLDS(type->name);
	if (debug_types_complete(types, type, NULL) < 0 || depth >= MAX_DEPTH)
		return;
	HOLDS(type->complete);
	for (size_t i = 0; i < type->field_count && i < MAX_FIELDS; i++) {
		HOLDS(type->fields[i].name && type->fields[i].type);
		HOLDS(i == 0 || type->fields[i].offset >= type->fields[i - 1].offset);
		check_type(types, type->fields[i].type, depth + (type->field_count > 1 ? 2 : 1));
	}
	if (type->element)
		check_type(types, type->element, depth + 1);
	if (type->key)
		check_type(types, type->key, depth + 2);
}

static void check_signature(struct debug_types *types, uint64_t address)
{
	const struct signature *signature = NULL;
	struct error err = { 0 };
	int r = debug_signature_read(types, address, &signature, &err);

	HOLDS(r == err.code && (r == 0) == (signature != NULL));
	if (r < 0)
		return;
	for (size_t i = 0; i < signature->parameter_count && i < MAX_FIELDS; i++) {
		HOLDS(signature->parameters[i].name);
		check_type(types, signature->parameters[i].type, 2);
	}
	for (size_t i = 0; i < signature->result_count && i < MAX_FIELDS; i++)
		HOLDS(signature->results[i].name && signature->results[i].type->name);
}

struct addresses {
	uint64_t low[MAX_FUNCTIONS];
	size_t count;
};

static int address_keep(void *context, const struct debug_entry *entry)
{
	struct addresses *addresses = context;

	HOLDS(entry->tag == DEBUG_TAG_FUNCTION && entry->has_low);
	addresses->low[addresses->count++] = entry->low;
	return addresses->count == MAX_FUNCTIONS;
}

static void check_types(struct debug_types *types)
{
	static const char *const names[] = { "a", "int", "main.T", "runtime.g" };
	struct addresses addresses = { .count = 0 };
	const struct type *type;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (debug_types_named(types, names[i], &type, NULL) == 0)
			check_type(types, type, 0);
	}
	for (uint64_t reference = 0; reference < 64; reference += 7) {
		if (debug_types_at(types, reference, &type, NULL) == 0)
			check_type(types, type, MAX_DEPTH - 2);
	}
	debug_types_functions(types, address_keep, &addresses, NULL);
	for (size_t i = 0; i < addresses.count; i++)
		check_signature(types, addresses.low[i]);
	check_signature(types, 0x401000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct debug_types *types = NULL;
	struct image *image = NULL;
	struct error err = { 0 };
	struct memory_file file;
	int r;

	if (size < 5)
		return 0;
	if (data[0] & IS_FILE)
		memory_file_open(&file, data + 1, size - 1);
	else
		content_open(&file, data, size);
	if (image_open(file.path, &image, NULL) == 0) {
		r = debug_types_open(image, &types, &err);
		HOLDS(r == err.code && (r == 0) == (types != NULL));
		if (r == 0)
			check_types(types);
	}
	debug_types_close(types);
	image_close(image);
	memory_file_close(&file);
	return 0;
}
