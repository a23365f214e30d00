/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "go_version.h"
#include "moduledata.h"

#define DATA 0x600000u
#define SIZE 0x2000u
#define PCLNTAB 0x500000u
#define TEXT 0x400000u
#define TYPES (DATA + 0x1000)
#define ETYPES (DATA + 0x1800)

struct fixture {
	struct elf_builder elf;
	struct image *image;
	uint64_t data; /* in the file */
};

static void fixture_begin(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	elf_init(&fixture->elf);
	fixture->data = elf_append(&fixture->elf, NULL, SIZE);
	elf_segment(&fixture->elf, PT_LOAD, PF_R | PF_W, DATA, fixture->data, SIZE, SIZE);
}

static void put(struct fixture *fixture, uint64_t address, uint64_t word)
{
	elf_put64(&fixture->elf, fixture->data + address - DATA, word);
}

static void fixture_open(struct fixture *fixture)
{
	elf_finish(&fixture->elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&fixture->elf), &fixture->image, NULL), 0);
}

static void fixture_close(struct fixture *fixture)
{
	image_close(fixture->image);
	elf_release(&fixture->elf);
}

/* As Go 1.16 and later lay it out. */
static void put_moduledata(struct fixture *fixture, uint64_t address)
{
	put(fixture, address, PCLNTAB);
	put(fixture, address + 160, TEXT);
	put(fixture, address + 168, TEXT + 0x100);
	put(fixture, address + 176, TEXT);
}

static int find(const struct fixture *fixture, struct moduledata *ret_moduledata)
{
	struct error err = { 0 };
	int r = moduledata_find(fixture->image, PCLNTAB, PCLNTAB_GO_1_20, 0, 0x100, ret_moduledata,
				&err);

	assert_true(r == 0 || err.what[0]);
	return r;
}

/* Other words, too, point to the pclntab. At most eight of them are checked. */
static void looks_at_eight_words(void **state)
{
	for (uint64_t others = 7; others <= 8; others++) {
		struct moduledata moduledata = { 0 };
		struct fixture fixture;

		fixture_begin(&fixture);
		for (uint64_t i = 0; i < others; i++)
			put(&fixture, DATA + 8 * i, PCLNTAB);
		put_moduledata(&fixture, DATA + 0x800);
		fixture_open(&fixture);
		assert_int_equal(find(&fixture, &moduledata), others == 7 ? 0 : -ENOENT);
		assert_int_equal(moduledata.address, others == 7 ? DATA + 0x800 : 0);
		fixture_close(&fixture);
	}
}

/* The section of that name is used only if it contains the moduledata of this pclntab. */
static void checks_what_the_section_holds(void **state)
{
	static const struct {
		uint64_t offset, word;
	} damages[] = {
		{ 0, PCLNTAB + 8 }, { 160, TEXT + 1 }, { 168, TEXT + 0xff },
		{ 176, 0 },	    { 176, TEXT + 1 },
	};

	for (size_t i = 0; i <= sizeof(damages) / sizeof(damages[0]); i++) {
		bool is_damaged = i < sizeof(damages) / sizeof(damages[0]);
		struct moduledata moduledata;
		struct fixture fixture;

		fixture_begin(&fixture);
		put_moduledata(&fixture, DATA);
		put_moduledata(&fixture, DATA + 0x800);
		if (is_damaged)
			put(&fixture, DATA + damages[i].offset, damages[i].word);
		elf_section(&fixture.elf, ".go.module", SHT_PROGBITS, DATA, fixture.data, 512);
		fixture_open(&fixture);
		assert_int_equal(find(&fixture, &moduledata), 0);
		assert_int_equal(moduledata.address, is_damaged ? DATA + 0x800 : DATA);
		assert_int_equal(moduledata.minpc, TEXT);
		assert_int_equal(moduledata.maxpc, TEXT + 0x100);
		assert_int_equal(moduledata.text, TEXT);
		fixture_close(&fixture);
	}
}

/* All fields have to be in the file. A moduledata that ends one word too early is invalid. */
static void needs_all_fields(void **state)
{
	for (uint64_t missing = 0; missing <= 8; missing += 8) {
		struct moduledata moduledata;
		struct fixture fixture;

		fixture_begin(&fixture);
		put(&fixture, DATA + SIZE - 184 + missing, PCLNTAB);
		put(&fixture, DATA + SIZE - 24 + missing, TEXT);
		put(&fixture, DATA + SIZE - 16 + missing, missing ? TEXT : TEXT + 0x100);
		if (!missing)
			put(&fixture, DATA + SIZE - 8, TEXT);
		elf_section(&fixture.elf, ".go.module", SHT_PROGBITS, DATA + SIZE - 184 + missing,
			    fixture.data + SIZE - 184 + missing, 184 - missing);
		fixture_open(&fixture);
		assert_int_equal(find(&fixture, &moduledata), missing ? -ENOENT : 0);
		fixture_close(&fixture);
	}
}

/* Replaces a word of the fixture's moduledata, which is at DATA. */
struct change {
	uint16_t offset;
	uint64_t word;
};

static int read_parts(const char *release, bool from_pclntab, const struct change *base,
		      const struct change *change, struct module_parts *ret_parts)
{
	const struct moduledata moduledata = { .address = DATA };
	struct go_version version;
	struct error err = { 0 };
	struct fixture fixture;
	int r;

	assert_int_equal(go_version_parse(release, &version, NULL), 0);
	version.from_pclntab = from_pclntab;
	fixture_begin(&fixture);
	for (; base->offset; base++)
		put(&fixture, DATA + base->offset, base->word);
	if (change)
		put(&fixture, DATA + change->offset, change->word);
	fixture_open(&fixture);
	r = module_parts_read(fixture.image, &moduledata, &version, ret_parts, &err);
	assert_true(r == 0 || strstr(err.what, "does not have the layout of"));
	fixture_close(&fixture);
	return r;
}

static const struct change go_1_22[] = {
	{ 296, TYPES },
	{ 304, ETYPES },
	{ 320, DATA + 0x400 },
	/* Two typelinks, three itablinks: slices with the same length and capacity. */
	{ 352, DATA + 0x500 },
	{ 360, 2 },
	{ 368, 2 },
	{ 376, DATA + 0x600 },
	{ 384, 3 },
	{ 392, 3 },
	{ 0, 0 },
};

static void reads_both_lists(void **state)
{
	struct module_parts parts;

	assert_int_equal(read_parts("go1.22.1", false, go_1_22, NULL, &parts), 0);
	assert_int_equal(parts.types, TYPES);
	assert_int_equal(parts.etypes, ETYPES);
	assert_int_equal(parts.gofunc, DATA + 0x400);
	assert_int_equal(parts.itabs, DATA + 0x600);
	assert_int_equal(parts.itabs_size, 24);
	assert_false(parts.itabs_inline);
	assert_int_equal(parts.typelinks, DATA + 0x500);
	assert_int_equal(parts.typelink_count, 2);
	assert_int_equal(parts.descriptors_end, 0);
}

static void refuses_ranges_that_are_not_in_the_file(void **state)
{
	static const struct change rows[] = {
		{ 304, TYPES },		   /* no descriptors */
		{ 304, TYPES - 1 },	   /* an end before the begin */
		{ 304, DATA + SIZE + 1 },  /* an end behind the segment */
		{ 320, DATA + SIZE },	   /* data of functions behind the segment */
		{ 376, DATA + SIZE - 23 }, /* a list that does not fit */
		{ 384, 4 },
		{ 384, 2 }, /* a capacity that is not the length */
		{ 384, (1 << 20) + 1 },
	};
	struct module_parts parts;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(read_parts("go1.22.1", false, go_1_22, &rows[i], &parts),
				 -ENODATA);
}

static void ranges_may_end_with_the_file(void **state)
{
	static const struct change rows[] = {
		{ 304, DATA + SIZE },
		{ 320, DATA + SIZE - 1 },
		{ 376, DATA + SIZE - 24 },
	};
	struct module_parts parts;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(read_parts("go1.22.1", false, go_1_22, &rows[i], &parts), 0);
}

/* Length and capacity agree, but exceed the file or any real program. */
static void refuses_more_itabs_than_there_can_be(void **state)
{
	struct change many[sizeof(go_1_22) / sizeof(go_1_22[0])];
	struct module_parts parts;

	memcpy(many, go_1_22, sizeof(many));
	many[7].word = many[8].word = (1 << 20) + 1;
	assert_int_equal(read_parts("go1.22.1", false, many, NULL, &parts), -ENODATA);
	/* The size overflows to a value that fits. */
	many[7].word = many[8].word = UINT64_C(1) << 61;
	assert_int_equal(read_parts("go1.22.1", false, many, NULL, &parts), -ENODATA);
	/* A program may have no itabs; then the list may have any address. */
	many[6].word = many[7].word = many[8].word = 0;
	assert_int_equal(read_parts("go1.22.1", false, many, NULL, &parts), 0);
	assert_int_equal(parts.itabs_size, 0);
}

/* Without typelinks, the other parts can still be read. */
static void leaves_out_typelinks_that_cannot_be(void **state)
{
	struct change links[sizeof(go_1_22) / sizeof(go_1_22[0])];
	struct module_parts parts;
	static const struct {
		uint64_t address, length, capacity;
		bool is_left_out;
	} rows[] = {
		{ DATA + SIZE - 8, 2, 2, false },
		{ DATA + SIZE - 7, 2, 2, true },
		{ DATA + 0x500, 2, 3, true },
		{ DATA + 0x500, UINT64_C(1) << 62, UINT64_C(1) << 62, true }, /* overflows */
		{ 0, 2, 2, true },
	};

	memcpy(links, go_1_22, sizeof(links));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		links[3].word = rows[i].address;
		links[4].word = rows[i].length;
		links[5].word = rows[i].capacity;
		assert_int_equal(read_parts("go1.22.1", false, links, NULL, &parts), 0);
		assert_int_equal(parts.typelinks, rows[i].is_left_out ? 0 : rows[i].address);
		assert_int_equal(parts.typelink_count, rows[i].is_left_out ? 0 : 2);
	}
}

static const struct change go_1_27[] = {
	{ 296, TYPES },	 { 304, 0x300 }, /* the size of the descriptors */
	{ 312, ETYPES }, { 344, DATA + 0x400 },
	{ 320, 0x400 }, /* itabs: an offset and a size */
	{ 328, 0x100 },	 { 0, 0 },
};

static void itabs_lie_among_the_types(void **state)
{
	static const struct {
		struct change change;
		int code;
	} rows[] = {
		{ { 320, 0x700 }, 0 },
		{ { 320, 0x701 }, -ENODATA },
		{ { 320, UINT64_MAX }, -ENODATA },
		{ { 328, 0x400 }, 0 },
		{ { 328, 0x401 }, -ENODATA },
		{ { 328, UINT64_MAX }, -ENODATA },
	};
	struct module_parts parts;

	assert_int_equal(read_parts("go1.27.1", false, go_1_27, NULL, &parts), 0);
	assert_int_equal(parts.itabs, TYPES + 0x400);
	assert_int_equal(parts.itabs_size, 0x100);
	assert_true(parts.itabs_inline);
	assert_int_equal(parts.typelinks, 0);
	assert_int_equal(parts.descriptors_end, TYPES + 0x300);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(read_parts("go1.27.1", false, go_1_27, &rows[i].change, &parts),
				 rows[i].code);
}

/* An empty list of itabs may also be at the very end of the types. */
static void a_program_may_have_no_itabs(void **state)
{
	struct change none[sizeof(go_1_27) / sizeof(go_1_27[0])];
	struct module_parts parts;

	memcpy(none, go_1_27, sizeof(none));
	none[4].word = 0x800;
	none[5].word = 0;
	assert_int_equal(read_parts("go1.27.1", false, none, NULL, &parts), 0);
	assert_int_equal(parts.itabs, ETYPES);
	assert_int_equal(parts.itabs_size, 0);
}

static void descriptors_end_among_the_types(void **state)
{
	static const struct change whole = { 304, 0x800 }, longer = { 304, 0x801 };
	struct module_parts parts;

	assert_int_equal(read_parts("go1.27.1", false, go_1_27, &whole, &parts), 0);
	assert_int_equal(parts.descriptors_end, ETYPES);
	assert_int_equal(read_parts("go1.27.1", false, go_1_27, &longer, &parts), 0);
	assert_int_equal(parts.descriptors_end, 0);
}

/*
 * A version that was read from the binary determines the layout. A release that is not known yet may have any
 * earlier layout. The format of the pclntab only excludes the layouts before the release that introduced it.
 */
static void tries_the_layouts_that_may_be(void **state)
{
	struct module_parts parts;

	assert_int_equal(read_parts("go1.26.0", false, go_1_22, NULL, &parts), -ENODATA);
	assert_int_equal(read_parts("go1.27.9", false, go_1_22, NULL, &parts), -ENODATA);
	assert_int_equal(read_parts("go1.28", false, go_1_22, NULL, &parts), 0);
	assert_int_equal(read_parts("go1.18", false, go_1_22, NULL, &parts), -ENODATA);
	assert_int_equal(read_parts("go1.26.9", false, go_1_27, NULL, &parts), -ENODATA);
	/* Read off the pclntab, the version is Go 1.18 to 1.19, or 1.20 to the newest. */
	assert_int_equal(read_parts("go1.18", true, go_1_22, NULL, &parts), -ENODATA);
	assert_int_equal(read_parts("go1.20", true, go_1_22, NULL, &parts), 0);
	assert_int_equal(read_parts("go1.20", true, go_1_27, NULL, &parts), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_at_eight_words),
		cmocka_unit_test(checks_what_the_section_holds),
		cmocka_unit_test(needs_all_fields),
		cmocka_unit_test(reads_both_lists),
		cmocka_unit_test(refuses_ranges_that_are_not_in_the_file),
		cmocka_unit_test(ranges_may_end_with_the_file),
		cmocka_unit_test(refuses_more_itabs_than_there_can_be),
		cmocka_unit_test(leaves_out_typelinks_that_cannot_be),
		cmocka_unit_test(itabs_lie_among_the_types),
		cmocka_unit_test(a_program_may_have_no_itabs),
		cmocka_unit_test(descriptors_end_among_the_types),
		cmocka_unit_test(tries_the_layouts_that_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
