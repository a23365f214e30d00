/* SPDX-License-Identifier: MIT */
/* DWARF that is made to be expensive is refused within seconds and with little memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "debug_sections.h"
#include "debug_signature.h"
#include "debug_types.h"
#include "elf_builder.h"

/* DW_TAG_compile_unit and DW_TAG_structure_type with children, DW_TAG_base_type; no attributes. */
static const uint8_t abbreviations[] = { 1, 0x11, 1, 0, 0, 2, 0x13, 1, 0, 0, 3, 0x24, 0, 0, 0, 0 };

/* Sizes of units without and with their length field. libdwarf ignores smaller units at the end. */
enum { SMALL = 40, SMALL_UNIT = SMALL + 4 };

struct input {
	const uint8_t *info, *abbreviations;
	size_t info_size, abbreviations_size;
	const uint8_t *ranges; /* may be NULL */
	size_t ranges_size;
	const uint8_t *strings; /* may be NULL */
	size_t strings_size;
};

static int open_types(struct elf_builder *elf, const struct input *input, struct image **ret_image,
		      struct debug_types **ret_types, struct error *err)
{
	elf_init(elf);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	elf_section(elf, ".debug_info", SHT_PROGBITS, 0,
		    elf_append(elf, input->info, input->info_size), input->info_size);
	elf_section(elf, ".debug_abbrev", SHT_PROGBITS, 0,
		    elf_append(elf, input->abbreviations, input->abbreviations_size),
		    input->abbreviations_size);
	if (input->ranges)
		elf_section(elf, ".debug_ranges", SHT_PROGBITS, 0,
			    elf_append(elf, input->ranges, input->ranges_size), input->ranges_size);
	if (input->strings)
		elf_section(elf, ".debug_str", SHT_PROGBITS, 0,
			    elf_append(elf, input->strings, input->strings_size),
			    input->strings_size);
	elf_finish(elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(elf), ret_image, NULL), 0);
	return debug_types_open(*ret_image, ret_types, err);
}

static void assert_open(const struct input *input, int code)
{
	struct debug_types *types = NULL;
	struct image *image = NULL;
	struct elf_builder elf;
	struct error err = { 0 };

	assert_int_equal(open_types(&elf, input, &image, &types, &err), code);
	assert_int_equal(err.code, code);
	debug_types_close(types);
	image_close(image);
	elf_release(&elf);
}

/*
 * Makes `count` units of `size` bytes after the length field, all zeros after the header and the first entry.
 */
static uint8_t *units_make(size_t count, uint32_t size)
{
	uint8_t *data = calloc(count, size + 4);

	for (size_t i = 0; i < count; i++) {
		uint8_t *unit = data + i * (size + 4);

		memcpy(unit, &size, sizeof(size));
		unit[4] = 4;  /* version */
		unit[10] = 8; /* address size */
		unit[11] = 1;
	}
	return data;
}

static void bounds_units(void **state)
{
	uint8_t *info = units_make(32769, SMALL);
	struct input input = { info, abbreviations, 32768 * SMALL_UNIT, sizeof(abbreviations) };

	assert_open(&input, 0);
	input.info_size += SMALL_UNIT;
	assert_open(&input, -E2BIG);
	free(info);
}

static void bounds_abbreviations(void **state)
{
	const size_t size = 1u << 20, half = size / 2;
	uint8_t *info = units_make(80, SMALL), *table = calloc(1, size);
	struct input input = { info, table, SMALL_UNIT, size };

	memcpy(table, abbreviations, 5);
	for (size_t at = 5; at + 5 < size; at += 5)
		memcpy(table + at, (const uint8_t[]){ 4, 0x24, 0, 0, 0 }, 5);
	table[size - 1] = 0x80;
	assert_open(&input, -EBADMSG);
	memset(table + half, 0, 16);
	assert_open(&input, 0);
	input.info_size = 80 * SMALL_UNIT;
	assert_open(&input, -E2BIG);
	free(info);
	free(table);
}

/* Attributes of DW_FORM_flag_present take no bytes in an entry, so an entry may have any number of them. */
static void bounds_attributes(void **state)
{
	uint8_t *info = units_make(1, SMALL), table[2 * 300] = { 1, 0x11, 1 };
	struct input input = { info, table, SMALL_UNIT, sizeof(table) };

	memset(table + 3, 0x19, 2 * 255);
	assert_open(&input, 0);
	memset(table + 3, 0x19, 2 * 256);
	assert_open(&input, -EBADMSG);
	free(info);
}

/* If units do not give their addresses, a function is searched in all of them; this counts as work. */
static void bounds_walks(void **state)
{
	const uint32_t size = 1u << 20;
	uint8_t *info = units_make(8, size);
	struct input input = { info, abbreviations, 8 * ((size_t)size + 4), sizeof(abbreviations) };
	struct debug_types *types = NULL;
	struct image *image = NULL;
	struct elf_builder elf;
	int r = -ENODATA;

	for (size_t i = 0; i < 8; i++)
		memset(info + i * (size + 4) + 12, 3, size - 8);
	assert_int_equal(open_types(&elf, &input, &image, &types, NULL), 0);
	for (int i = 0; i < 100 && r == -ENODATA; i++) {
		const struct signature *signature;
		struct error err = { 0 };

		r = debug_signature_read(types, 0x401000, &signature, &err);
		assert_int_equal(r, err.code);
	}
	assert_int_equal(r, -E2BIG);
	debug_types_close(types);
	image_close(image);
	elf_release(&elf);
	free(info);
}

/* Units may share a name, too, and each looks for its end. */
static void bounds_names(void **state)
{
	/* DW_AT_name as DW_FORM_strp: the string at 0. */
	static const uint8_t with_name[] = { 1, 0x11, 1, 0x03, 0x0e, 0, 0, 0 };
	const size_t size = 1u << 20;
	uint8_t *info = units_make(5000, SMALL), *strings = calloc(size, 1);
	struct input input = { info, with_name, 5000 * SMALL_UNIT, sizeof(with_name) };

	input.strings = strings;
	input.strings_size = size;
	assert_open(&input, 0);
	memset(strings, 'a', size - 1);
	assert_open(&input, -E2BIG);
	free(info);
	free(strings);
}

/* Units may share a list. It is read again for each unit, and that counts as work. */
static void bounds_lists(void **state)
{
	/* DW_AT_ranges as DW_FORM_sec_offset: of the list at 0. */
	static const uint8_t with_ranges[] = { 1, 0x11, 1, 0x55, 0x17, 0, 0, 0 };
	const size_t elements = 65535;
	uint8_t *info = units_make(5000, SMALL), *ranges = calloc(elements + 1, 16);
	struct input input = { info,   with_ranges,	   5000 * SMALL_UNIT, sizeof(with_ranges),
			       ranges, (elements + 1) * 16 };

	/* From 1 to 1: an empty range. */
	for (size_t i = 0; i < elements; i++)
		ranges[i * 16] = ranges[i * 16 + 8] = 1;
	assert_open(&input, -E2BIG);
	free(info);
	free(ranges);
}

/* After the last unit that can be read, nothing is read, not even by following a reference. */
static void keeps_to_units(void **state)
{
	uint8_t *info = units_make(2, SMALL);
	struct input input = { info, abbreviations, 2 * SMALL_UNIT, sizeof(abbreviations) };
	struct debug_types *types = NULL;
	struct image *image = NULL;
	const struct type *type;
	struct elf_builder elf;
	struct error err = { 0 };

	info[SMALL_UNIT + 6] = 0xff; /* the second unit's abbreviations are beyond the end */
	assert_int_equal(open_types(&elf, &input, &image, &types, &err), 0);
	assert_int_equal(err.code, 0);
	assert_int_equal(debug_types_at(types, 11, &type, &err), 0);
	assert_int_equal(debug_types_at(types, SMALL_UNIT + 11, &type, &err), -EBADMSG);
	debug_types_close(types);
	image_close(image);
	elf_release(&elf);
	free(info);
}

enum packing { PACKED_OLD, PACKED_ZLIB, PACKED_ZSTD, PACKED_UNKNOWN };

/* Writes the header of a compressed section; returns its size. */
static size_t put_head(enum packing packing, uint64_t claimed, uint8_t *data)
{
	Elf64_Chdr header = { .ch_type = (uint32_t)packing, .ch_size = claimed };

	if (packing != PACKED_OLD) {
		memcpy(data, &header, sizeof(header));
		return sizeof(header);
	}
	memcpy(data, "ZLIB", 4);
	for (size_t i = 0; i < 8; i++)
		data[4 + i] = (uint8_t)(claimed >> (56 - 8 * i));
	return 12;
}

/*
 * Compresses 4,000 bytes in a section that claims to have `claimed` bytes. Returns how many bytes may be
 * loaded.
 */
static uint64_t section_size(enum packing packing, uint64_t claimed, int *ret_found,
			     int *ret_result)
{
	static const uint8_t content[4000];
	struct debug_sections sections;
	struct elf_builder elf;
	struct image *image;
	struct bytes bytes;
	uint8_t data[256];
	size_t head = put_head(packing, claimed, data);
	uLongf length = sizeof(data) - head;
	uint64_t size;

	if (packing == PACKED_ZSTD) {
		length = ZSTD_compress(data + head, length, content, sizeof(content), 3);
		assert_false(ZSTD_isError(length));
	} else {
		assert_int_equal(compress(data + head, &length, content, sizeof(content)), Z_OK);
	}
	elf_init(&elf);
	elf_segment(&elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	elf_section(&elf, packing == PACKED_OLD ? ".zdebug_info" : ".debug_info", SHT_PROGBITS, 0,
		    elf_append(&elf, data, head + length), head + length);
	elf.sections[1].sh_flags = packing == PACKED_OLD ? 0 : SHF_COMPRESSED;
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	*ret_found = debug_sections_init(&sections, image, NULL);
	size = debug_section_size(&sections, DEBUG_SECTION_INFO);
	*ret_result = debug_section_load(&sections, DEBUG_SECTION_INFO, &bytes, NULL);
	if (*ret_result == 0 && size)
		assert_int_equal(bytes.size, size);
	debug_sections_finish(&sections);
	image_close(image);
	elf_release(&elf);
	return size;
}

static void bounds_decompression(void **state)
{
	int found, r;

	for (enum packing packing = PACKED_OLD; packing <= PACKED_ZSTD; packing++) {
		assert_int_equal(section_size(packing, 4000, &found, &r), 4000);
		assert_int_equal(found, 0);
		assert_int_equal(r, 0);
		/* The claimed size is larger or smaller than the real one. */
		assert_int_equal(section_size(packing, 4001, &found, &r), 4001);
		assert_int_equal(r, -EBADMSG);
		assert_int_equal(section_size(packing, 3999, &found, &r), 3999);
		assert_int_equal(r, -EBADMSG);
		/* A size that the compressed bytes cannot have is refused before the memory is allocated. */
		assert_int_equal(section_size(packing, 1 << 18, &found, &r),
				 packing == PACKED_ZSTD ? 1 << 18 : 0);
		assert_int_equal(found, packing == PACKED_ZSTD ? 0 : -EBADMSG);
		assert_int_equal(section_size(packing, 1 << 28, &found, &r), 0);
		assert_int_equal(found, -EBADMSG);
		assert_int_equal(section_size(packing, UINT64_MAX, &found, &r), 0);
		assert_int_equal(found, -EBADMSG);
		assert_int_equal(r, 0);
	}
}

static void names_the_compression(void **state)
{
	int found, r;

	assert_int_equal(section_size(PACKED_UNKNOWN, 4000, &found, &r), 0);
	assert_int_equal(found, -ENOTSUP);
	assert_int_equal(r, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_units),		 cmocka_unit_test(bounds_abbreviations),
		cmocka_unit_test(bounds_attributes),	 cmocka_unit_test(bounds_walks),
		cmocka_unit_test(keeps_to_units),	 cmocka_unit_test(bounds_decompression),
		cmocka_unit_test(bounds_names),		 cmocka_unit_test(bounds_lists),
		cmocka_unit_test(names_the_compression),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
