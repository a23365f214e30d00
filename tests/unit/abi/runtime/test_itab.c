/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "itab.h"

#define DATA 0x600000u
#define SIZE 0x2000u
#define TYPES (DATA + 0x800)
#define ETYPES (DATA + 0x1000)
#define LINKS (DATA + 0x400)
#define ITABS (DATA + 0x600)

/* Offsets of descriptors from TYPES. */
#define READER 0x10u
#define WRITER 0x80u
#define FILE_TYPE 0x100u
#define PIPE_TYPE 0x140u
#define INLINE_ITABS 0x400u

struct fixture {
	struct elf_builder elf;
	struct image *image;
	uint64_t data; /* in the file */
};

static void put(struct fixture *fixture, uint64_t address, uint64_t word)
{
	elf_put64(&fixture->elf, fixture->data + address - DATA, word);
}

static void itab_put(struct fixture *fixture, uint64_t address, uint64_t interface, uint64_t type,
		     uint32_t hash)
{
	put(fixture, address, TYPES + interface);
	put(fixture, address + 8, TYPES + type);
	put(fixture, address + 16, hash);
}

static void fixture_begin(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	elf_init(&fixture->elf);
	fixture->data = elf_append(&fixture->elf, NULL, SIZE);
	elf_segment(&fixture->elf, PT_LOAD, PF_R | PF_W, DATA, fixture->data, SIZE, SIZE);
	/* Two methods, one method. */
	put(fixture, TYPES + READER + 64, 2);
	put(fixture, TYPES + WRITER + 64, 1);
	put(fixture, TYPES + FILE_TYPE, 8);
	put(fixture, TYPES + FILE_TYPE + 16, 0xabcdef01);
}

static void fixture_open(struct fixture *fixture)
{
	elf_finish(&fixture->elf, ET_DYN, EM_X86_64);
	assert_int_equal(image_open(elf_save(&fixture->elf), &fixture->image, NULL), 0);
}

static void fixture_close(struct fixture *fixture)
{
	image_close(fixture->image);
	elf_release(&fixture->elf);
}

static const struct module_parts linked = {
	.types = TYPES,
	.etypes = ETYPES,
	.itabs = LINKS,
	.itabs_size = 3 * 8,
};

static const struct module_parts inlined = {
	.types = TYPES,
	.etypes = ETYPES,
	.itabs = TYPES + INLINE_ITABS,
	.itabs_size = 40 + 32 + 40,
	.itabs_inline = true,
};

static void reads_itabs_by_their_links(void **state)
{
	struct fixture fixture;
	struct itab_list list;

	fixture_begin(&fixture);
	itab_put(&fixture, ITABS, READER, FILE_TYPE, 1);
	itab_put(&fixture, ITABS + 64, WRITER, PIPE_TYPE, 2);
	/* Not an itab: its type is outside of the descriptors. */
	itab_put(&fixture, ITABS + 128, READER, ETYPES - TYPES - 40, 3);
	put(&fixture, LINKS, ITABS + 64);
	put(&fixture, LINKS + 8, ITABS);
	put(&fixture, LINKS + 16, ITABS + 128);
	fixture_open(&fixture);
	assert_int_equal(itab_list_read(fixture.image, &linked, &list, NULL), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].interface, WRITER);
	assert_int_equal(list.items[0].type, PIPE_TYPE);
	assert_int_equal(list.items[0].hash, 2);
	assert_int_equal(list.items[1].interface, READER);
	itab_list_release(&list);
	fixture_close(&fixture);
}

static void reads_itabs_that_stand_together(void **state)
{
	struct fixture fixture;
	struct itab_list list;

	fixture_begin(&fixture);
	itab_put(&fixture, inlined.itabs, READER, FILE_TYPE, 1);
	itab_put(&fixture, inlined.itabs + 40, WRITER, FILE_TYPE, 2);
	itab_put(&fixture, inlined.itabs + 72, READER, PIPE_TYPE, 3);
	fixture_open(&fixture);
	assert_int_equal(itab_list_read(fixture.image, &inlined, &list, NULL), 0);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[1].interface, WRITER);
	assert_int_equal(list.items[2].type, PIPE_TYPE);
	assert_int_equal(list.items[2].hash, 3);
	itab_list_release(&list);
	fixture_close(&fixture);
}

/* lld writes a PIE in this way: only the relocations contain the addresses. */
static void reads_itabs_that_the_loader_fills_in(void **state)
{
	const Elf64_Rela entries[] = {
		{ LINKS, ELF64_R_INFO(0, R_X86_64_RELATIVE), ITABS },
		{ ITABS, ELF64_R_INFO(0, R_X86_64_RELATIVE), TYPES + READER },
		{ ITABS + 8, ELF64_R_INFO(0, R_X86_64_RELATIVE), TYPES + FILE_TYPE },
	};
	struct module_parts parts = linked;
	struct fixture fixture;
	struct itab_list list;

	parts.itabs_size = 8;
	fixture_begin(&fixture);
	put(&fixture, ITABS + 16, 5);
	elf_relocations(&fixture.elf, 0x800000, entries, 3);
	fixture_open(&fixture);
	assert_int_equal(itab_list_read(fixture.image, &parts, &list, NULL), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.items[0].interface, READER);
	assert_int_equal(list.items[0].type, FILE_TYPE);
	assert_int_equal(list.items[0].hash, 5);
	itab_list_release(&list);
	fixture_close(&fixture);
}

static void interfaces_have_a_bounded_number_of_methods(void **state)
{
	for (uint64_t count = 65536; count <= 65537; count++) {
		struct module_parts parts = inlined;
		struct error err = { 0 };
		struct fixture fixture;
		struct itab_list list;
		int r;

		parts.itabs_size = 32;
		fixture_begin(&fixture);
		put(&fixture, TYPES + READER + 64, count);
		itab_put(&fixture, parts.itabs, READER, FILE_TYPE, 1);
		fixture_open(&fixture);
		r = itab_list_read(fixture.image, &parts, &list, &err);
		if (count == 65536) {
			assert_int_equal(r, 0);
			assert_int_equal(list.count, 1);
			itab_list_release(&list);
		} else {
			assert_int_equal(r, -EBADMSG);
			assert_non_null(strstr(err.what, "65537 methods"));
		}
		fixture_close(&fixture);
	}
}

static void refuses_damage(void **state)
{
	struct module_parts parts = linked;
	struct itab_list list = { 0 };
	struct fixture fixture;
	struct error err = { 0 };

	fixture_begin(&fixture);
	put(&fixture, LINKS, ITABS);
	put(&fixture, LINKS + 8, UINT64_MAX);
	itab_put(&fixture, inlined.itabs, READER, FILE_TYPE, 1);
	itab_put(&fixture, inlined.itabs + 40, PIPE_TYPE, FILE_TYPE, 1);
	fixture_open(&fixture);
	assert_int_equal(itab_list_read(fixture.image, &parts, &list, &err), -EBADMSG);
	assert_non_null(strstr(err.what, "apart"));
	/* Nothing is mapped at this address. */
	parts.itabs_size = 8;
	parts.itabs = LINKS + 8;
	assert_int_equal(itab_list_read(fixture.image, &parts, &list, NULL), -ERANGE);
	/* An interface without methods would make the list endless. */
	memset(&err, 0, sizeof(err));
	assert_int_equal(itab_list_read(fixture.image, &inlined, &list, &err), -EBADMSG);
	assert_non_null(strstr(err.what, "0 methods"));
	parts.itabs_size = 0;
	assert_int_equal(itab_list_read(fixture.image, &parts, &list, NULL), 0);
	assert_int_equal(list.count, 0);
	itab_list_release(&list);
	fixture_close(&fixture);
}

static void reads_descriptors(void **state)
{
	struct runtime_type type = { .hash = 7 };
	struct fixture fixture;
	struct error err = { 0 };

	fixture_begin(&fixture);
	fixture_open(&fixture);
	assert_int_equal(runtime_type_read(fixture.image, &linked, FILE_TYPE, 8, &type, NULL), 0);
	assert_int_equal(type.hash, 0xabcdef01);
	assert_false(type.is_direct);
	/* As an address. */
	type.hash = 7;
	assert_int_equal(
		runtime_type_read(fixture.image, &linked, TYPES + FILE_TYPE, 8, &type, NULL), 0);
	assert_int_equal(type.hash, 0xabcdef01);
	type.hash = 7;
	assert_int_equal(runtime_type_read(fixture.image, &linked, FILE_TYPE, 16, &type, &err),
			 -EBADMSG);
	assert_non_null(strstr(err.what, "has 8 bytes, not 16"));
	assert_int_equal(runtime_type_read(fixture.image, &linked, ETYPES - TYPES - 47, 8, &type,
					   NULL),
			 -EBADMSG);
	assert_int_equal(runtime_type_read(fixture.image, &linked, UINT64_MAX, 8, &type, NULL),
			 -EBADMSG);
	assert_int_equal(type.hash, 7);
	fixture_close(&fixture);
}

/* The kind has the bit up to Go 1.25, the flags since 1.26. */
static void tells_what_interfaces_hold_directly(void **state)
{
	static const struct {
		uint8_t flags, kind;
		bool is_direct;
	} rows[] = {
		{ 0x0f, 25, false }, /* a struct */
		{ 0x0f, 25 | 0x20, true },
		{ 0x0f | 0x20, 25, true },
		{ 0x1f, 25 | 0x40, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct runtime_type type = { 0 };
		struct fixture fixture;

		fixture_begin(&fixture);
		put(&fixture, TYPES + FILE_TYPE + 16,
		    (uint64_t)rows[i].flags << 32 | (uint64_t)rows[i].kind << 56);
		fixture_open(&fixture);
		assert_int_equal(
			runtime_type_read(fixture.image, &linked, FILE_TYPE, 8, &type, NULL), 0);
		assert_int_equal(type.is_direct, rows[i].is_direct);
		fixture_close(&fixture);
	}
}

static void finds_the_parts_of_each_release(void **state)
{
	static const struct {
		const char *version;
		uint16_t types, etypes, gofunc, itablinks, itabs;
	} rows[] = {
		{ "go1.15.9", 200, 208, 0, 264, 0 },   { "go1.17", 280, 288, 0, 344, 0 },
		{ "go1.19.8", 280, 288, 304, 360, 0 }, { "go1.22.1", 296, 304, 320, 376, 0 },
		{ "go1.26.5", 296, 304, 320, 384, 0 }, { "go1.27.1", 296, 312, 344, 0, 320 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct moduledata moduledata = { .address = DATA };
		struct module_parts parts = { 0 };
		struct go_version version;
		struct fixture fixture;

		fixture_begin(&fixture);
		put(&fixture, DATA + rows[i].types, TYPES);
		put(&fixture, DATA + rows[i].etypes, ETYPES);
		if (rows[i].gofunc)
			put(&fixture, DATA + rows[i].gofunc, DATA + 0x1800);
		if (rows[i].itabs) {
			put(&fixture, DATA + rows[i].itabs, INLINE_ITABS);
			put(&fixture, DATA + rows[i].itabs + 8u, 112);
		} else {
			put(&fixture, DATA + rows[i].itablinks, LINKS);
			put(&fixture, DATA + rows[i].itablinks + 8u, 3);
			put(&fixture, DATA + rows[i].itablinks + 16u, 3);
		}
		fixture_open(&fixture);
		for (int roughly = 0; roughly < 2; roughly++) {
			assert_int_equal(go_version_parse(rows[i].version, &version, NULL), 0);
			version.from_pclntab = roughly;
			if (roughly && version.number >= GO_VERSION(20, 0))
				version.number = GO_VERSION(20, 0);
			assert_int_equal(module_parts_read(fixture.image, &moduledata, &version,
							   &parts, NULL),
					 0);
			assert_int_equal(parts.types, TYPES);
			assert_int_equal(parts.etypes, ETYPES);
			assert_int_equal(parts.gofunc, rows[i].gofunc ? DATA + 0x1800 : 0);
			assert_int_equal(parts.itabs_inline, rows[i].itabs != 0);
			assert_int_equal(parts.itabs_size, rows[i].itabs ? 112 : 24);
		}
		moduledata.address = DATA + 0x1000;
		assert_int_equal(module_parts_read(fixture.image, &moduledata, &version, &parts,
						   NULL),
				 -ENODATA);
		fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_itabs_by_their_links),
		cmocka_unit_test(reads_itabs_that_stand_together),
		cmocka_unit_test(reads_itabs_that_the_loader_fills_in),
		cmocka_unit_test(interfaces_have_a_bounded_number_of_methods),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(reads_descriptors),
		cmocka_unit_test(tells_what_interfaces_hold_directly),
		cmocka_unit_test(finds_the_parts_of_each_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
