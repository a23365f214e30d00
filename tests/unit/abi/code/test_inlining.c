/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "inlining.h"

#define CODE 0x400000u
#define TABLE 0x500000u
#define DATA 0x600000u
#define MODULE (DATA + 0x100)

/* Offsets within the table. */
enum { NAMES = 128, PC_TABLES = 256, FUNCTAB = 512, FUNCS = 640, CALLS = 1024, SIZE = 2048 };

/* main.small is inlined into both callers; in the second it contains main.tiny, also inlined. */
static const char names[] = "main.a\0main.b\0main.small\0main.tiny\0main.unused";
enum { SMALL = 14, TINY = 25 };

/* No table; one inlined call; two. Each step is a change of the value (zigzag) and of the address. */
static const uint8_t steps[] = {
	0, 2,	      8,    1,	  4,	0,    /**/ 2, 4,    2,	  4,	1,    8,
	0, /**/ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,   0xff, 0xff, 0xff, 0xff,
};
enum { STEPS_ONE = 1, STEPS_TWO = 6, STEPS_ENDLESS = 13 };

struct fixture {
	struct elf_builder elf;
	struct image *image;
	struct pclntab *table;
	struct go_version version;
	uint64_t at, data;
};

static void func_put(struct fixture *fixture, uint32_t index, bool pointers, uint32_t index_table,
		     uint64_t calls)
{
	uint64_t func = fixture->at + FUNCS + index * 128, width = pointers ? 8 : 4, arrays = 44;
	struct elf_builder *elf = &fixture->elf;

	elf_put64(elf, fixture->at + FUNCTAB + index * 2 * width,
		  pointers ? CODE + index * 16 : index * 16);
	elf_put32(elf, fixture->at + FUNCTAB + index * 2 * width + width,
		  FUNCS - FUNCTAB + index * 128);
	elf_put32(elf, func + width, index * 7); /* name */
	elf_put32(elf, func + (pointers ? 32 : 28), 3);
	elf->data[func + 43] = 4;
	elf_put32(elf, func + arrays + 8, index_table);
	arrays += 3 * 4;
	if (pointers)
		elf_put64(elf, func + arrays + 3 * 8, TABLE + calls);
	else
		elf_put32(elf, func + arrays + 3 * 4, (uint32_t)calls);
}

static void call_put(struct fixture *fixture, uint64_t offset, uint32_t index, bool pointers,
		     uint32_t name)
{
	elf_put32(&fixture->elf,
		  fixture->at + offset + (uint64_t)index * (pointers ? 20 : 16) +
			  (pointers ? 12 : 4),
		  name);
}

static void fixture_open(struct fixture *fixture, bool pointers, uint32_t second_steps,
			 uint64_t second_calls)
{
	struct elf_builder *elf = &fixture->elf;
	uint64_t code, base = pointers ? 0 : CALLS;

	memset(fixture, 0, sizeof(*fixture));
	elf_init(elf);
	code = elf_append(elf, NULL, 0x1000);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, CODE, code, 0x1000, 0x1000);
	fixture->at = elf_append(elf, NULL, SIZE);
	elf_segment(elf, PT_LOAD, PF_R, TABLE, fixture->at, SIZE, SIZE);
	fixture->data = elf_append(elf, NULL, 0x1000);
	elf_segment(elf, PT_LOAD, PF_R | PF_W, DATA, fixture->data, 0x1000, 0x1000);
	elf_put64(elf, fixture->at, pointers ? 0x08010000fffffffa : 0x08010000fffffff1);
	elf_put64(elf, fixture->at + 8, 2);
	for (uint64_t i = 0; i < 5; i++)
		elf_put64(elf, fixture->at + (pointers ? 24 : 32) + 8 * i,
			  (uint64_t[]){ NAMES, PC_TABLES, PC_TABLES, PC_TABLES, FUNCTAB }[i]);
	memcpy(elf->data + fixture->at + NAMES, names, sizeof(names));
	memcpy(elf->data + fixture->at + PC_TABLES, steps, sizeof(steps));
	call_put(fixture, CALLS, 0, pointers, SMALL);
	call_put(fixture, CALLS + 64, 0, pointers, SMALL);
	call_put(fixture, CALLS + 64, 1, pointers, TINY);
	func_put(fixture, 0, pointers, STEPS_ONE, CALLS - base);
	func_put(fixture, 1, pointers, second_steps, second_calls - base);
	elf_put64(elf, fixture->at + FUNCTAB + (pointers ? 32 : 16), pointers ? CODE + 0x20 : 0x20);
	/* The moduledata of Go 1.26. */
	elf_put64(elf, fixture->data + 0x100, TABLE);
	elf_put64(elf, fixture->data + 0x100 + 160, CODE);
	elf_put64(elf, fixture->data + 0x100 + 168, CODE + 0x20);
	elf_put64(elf, fixture->data + 0x100 + 176, CODE);
	elf_put64(elf, fixture->data + 0x100 + 296, DATA);
	elf_put64(elf, fixture->data + 0x100 + 304, DATA + 64);
	elf_put64(elf, fixture->data + 0x100 + 320, TABLE + CALLS);
	elf_finish(elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(elf), &fixture->image, NULL), 0);
	assert_int_equal(pclntab_open(fixture->image, &fixture->table, NULL), 0);
	assert_int_equal(
		go_version_parse(pointers ? "go1.16.5" : "go1.26.1", &fixture->version, NULL), 0);
}

static void fixture_close(struct fixture *fixture)
{
	pclntab_close(fixture->table);
	image_close(fixture->image);
	elf_release(&fixture->elf);
}

static const char *const wanted[] = { "main.tiny",   "main.small", "main.a",
				      "main.unused", "x",	   "main.small" };
#define WANTED (sizeof(wanted) / sizeof(wanted[0]))

static int find(const struct fixture *fixture, struct inlined *inlined)
{
	return inlining_find(fixture->image, fixture->table, &fixture->version, wanted, WANTED,
			     inlined, NULL);
}

static void finds_callers(void **state)
{
	for (int pointers = 0; pointers < 2; pointers++) {
		struct inlined inlined[WANTED];
		struct fixture fixture;
		char text[64];

		fixture_open(&fixture, pointers, STEPS_TWO, CALLS + 64);
		assert_int_equal(find(&fixture, inlined), 0);
		assert_int_equal(inlined[0].caller_count, 1);
		assert_string_equal(inlined[0].callers[0].name, "main.b");
		assert_int_equal(inlined[1].caller_count, 2);
		assert_string_equal(inlined[1].callers[0].name, "main.a");
		assert_int_equal(inlined[1].callers[1].entry, CODE + 16);
		assert_int_equal(inlined[2].caller_count, 0);
		assert_int_equal(inlined[3].caller_count, 0);
		assert_int_equal(inlined[4].caller_count, 0);
		assert_int_equal(inlined[5].caller_count, 2);
		inlined_format(&inlined[1], text, sizeof(text));
		assert_string_equal(text, "main.a, main.b");
		inlined_format(&inlined[1], text, 8);
		assert_string_equal(text, "main.a,");
		fixture_close(&fixture);
	}
}

static void explains_what_is_missing(void **state)
{
	struct error err = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, false, STEPS_TWO, CALLS + 64);
	assert_int_equal(inlining_explain(fixture.image, fixture.table, &fixture.version,
					  "main.sm*", &err),
			 -ENOENT);
	assert_string_equal(err.what, "function main.small is inlined everywhere: into main.a, "
				      "main.b");
	assert_string_equal(err.hint, "trace the callers, or build with -gcflags=-l");
	memset(&err, 0, sizeof(err));
	assert_int_equal(inlining_explain(fixture.image, fixture.table, &fixture.version,
					  "main.unused", &err),
			 0);
	assert_int_equal(inlining_explain(fixture.image, fixture.table, &fixture.version, "main.no",
					  &err),
			 0);
	assert_string_equal(err.what, "");
	fixture_close(&fixture);
}

static void survives_damage(void **state)
{
	static const struct {
		uint32_t steps;
		uint64_t calls;
	} rows[] = {
		{ STEPS_ENDLESS, CALLS },
		{ 0, CALLS },
		{ UINT32_MAX, CALLS },
		{ STEPS_TWO, SIZE - 17 },
		{ STEPS_TWO, SIZE },
		{ STEPS_TWO, UINT64_C(0x7fffffff) },
		{ STEPS_TWO, CALLS + UINT32_MAX },
		{ PC_TABLES, CALLS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int pointers = 0; pointers < 2; pointers++) {
			struct inlined inlined[WANTED];
			struct fixture fixture;

			fixture_open(&fixture, pointers, rows[i].steps, rows[i].calls);
			assert_int_equal(find(&fixture, inlined), 0);
			assert_true(inlined[1].caller_count >= 1);
			assert_string_equal(inlined[1].callers[0].name, "main.a");
			fixture_close(&fixture);
		}
	}
}

static void old_releases_are_not_known(void **state)
{
	struct inlined inlined[WANTED];
	struct fixture fixture;

	fixture_open(&fixture, true, STEPS_TWO, CALLS + 64);
	fixture.version.number = GO_VERSION(12, 3);
	assert_int_equal(find(&fixture, inlined), -ENODATA);
	fixture_close(&fixture);
}

/* Up to Go 1.15 offsets are relative to the table, and a name may be the tail of another name. */
static void old_open(struct fixture *fixture, uint32_t tails)
{
	static const char tail[] = "x.main.small";
	enum { OLD_NAMES = 1536, OLD_SIZE = 4096, FUNCDATA = 4 };
	struct elf_builder *elf = &fixture->elf;
	uint64_t code, at;

	memset(fixture, 0, sizeof(*fixture));
	elf_init(elf);
	code = elf_append(elf, NULL, 0x100);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, CODE, code, 0x100, 0x100);
	at = elf_append(elf, NULL, OLD_SIZE);
	elf_segment(elf, PT_LOAD, PF_R, TABLE, at, OLD_SIZE, OLD_SIZE);
	elf_put64(elf, at, 0x08010000fffffffb);
	elf_put64(elf, at + 8, 1);
	elf_put64(elf, at + 16, CODE);
	elf_put64(elf, at + 24, FUNCS);
	elf_put64(elf, at + 32, CODE + 16);
	elf_put64(elf, at + FUNCS, CODE);
	elf_put32(elf, at + FUNCS + 8, OLD_NAMES);
	elf_put32(elf, at + FUNCS + 32, 3);
	elf->data[at + FUNCS + 39] = FUNCDATA + 1;
	elf_put32(elf, at + FUNCS + 40 + 8, PC_TABLES + STEPS_ONE);
	elf_put64(elf, at + FUNCS + 56 + 8 * FUNCDATA, TABLE + CALLS);
	memcpy(elf->data + at + PC_TABLES, steps, sizeof(steps));
	memcpy(elf->data + at + OLD_NAMES, "main.a", 7);
	for (uint32_t i = 0; i < tails; i++)
		memcpy(elf->data + at + OLD_NAMES + 16 + i * sizeof(tail), tail, sizeof(tail));
	memcpy(elf->data + at + OLD_NAMES + 16 + tails * sizeof(tail), "main.small", 11);
	elf_put32(elf, at + CALLS + 12, OLD_NAMES + 16 + tails * (uint32_t)sizeof(tail));
	elf_finish(elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(elf), &fixture->image, NULL), 0);
	assert_int_equal(pclntab_open(fixture->image, &fixture->table, NULL), 0);
	assert_int_equal(go_version_parse("go1.15.9", &fixture->version, NULL), 0);
}

static void looks_for_sixteen_places_of_a_name(void **state)
{
	for (uint32_t tails = 0; tails <= 16; tails++) {
		struct inlined inlined[WANTED];
		struct fixture fixture;

		old_open(&fixture, tails);
		assert_int_equal(find(&fixture, inlined), 0);
		assert_int_equal(inlined[0].caller_count, 0);
		assert_int_equal(inlined[1].caller_count, tails < 16);
		assert_int_equal(inlined[5].caller_count, tails < 16);
		if (tails < 16)
			assert_string_equal(inlined[5].callers[0].name, "main.a");
		fixture_close(&fixture);
	}
}

/* How a _func without inlined calls looks: no third table, no fourth pointer, or a null pointer. */
static void functions_may_have_no_inlined_calls(void **state)
{
	static const struct {
		uint32_t offset, value;
		size_t callers;
	} rows[] = {
		{ 28, 3, 2 },
		{ 28, 2, 1 },
		{ 43, 4, 2 },
		{ 43, 3, 1 },
		{ 44 + 12 + 12, UINT32_MAX, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inlined inlined[WANTED];
		struct fixture fixture;
		struct image *image;
		struct pclntab *table;

		fixture_open(&fixture, false, STEPS_TWO, CALLS + 64);
		if (rows[i].offset == 43)
			fixture.elf.data[fixture.at + FUNCS + 128 + 43] = (uint8_t)rows[i].value;
		else
			elf_put32(&fixture.elf, fixture.at + FUNCS + 128 + rows[i].offset,
				  rows[i].value);
		unlink(fixture.elf.path);
		assert_int_equal(image_open(elf_save(&fixture.elf), &image, NULL), 0);
		assert_int_equal(pclntab_open(image, &table, NULL), 0);
		assert_int_equal(inlining_find(image, table, &fixture.version, wanted, WANTED,
					       inlined, NULL),
				 0);
		assert_int_equal(inlined[1].caller_count, rows[i].callers);
		pclntab_close(table);
		image_close(image);
		fixture_close(&fixture);
	}
}

/* At most four callers are named. */
static void names_some_callers(void **state)
{
	static const char *const texts[] = { "",	"a",	      "a, b",
					     "a, b, c", "a, b, c, d", "a, b, c, d and 1 others" };
	struct inlined inlined = {
		.callers = { { .name = "a" }, { .name = "b" }, { .name = "c" }, { .name = "d" } }
	};
	char text[64];

	assert_int_equal(INLINING_MAX_CALLERS, 4);
	for (size_t count = 0; count < sizeof(texts) / sizeof(texts[0]); count++) {
		inlined.caller_count = count;
		inlined_format(&inlined, text, sizeof(text));
		assert_string_equal(text, texts[count]);
	}
	inlined_format(&inlined, text, 8);
	assert_string_equal(text, "a, b, c");
	inlined_format(&inlined, text, 7);
	assert_string_equal(text, "a, b, ");
}

/*
 * A hostile binary: all functions share one array of calls of the greatest length. 512 such functions have
 * more calls than any program.
 */
static void bounds_its_work(void **state)
{
	enum { LENGTH = 65536, CALL = 16, TAB = 64 + 128, FUNC = 128, STEPS = 160 };
	static const uint8_t step[] = { 0x80, 0x80, 0x08, 1, 0 }; /* to 65535, then the end */

	for (uint32_t count = 511; count <= 512; count++) {
		uint64_t size = TAB + (count + 1) * 8u + count * FUNC + 64, code, at, calls, data;
		uint32_t funcs = TAB + (count + 1) * 8u;
		struct inlined inlined[WANTED];
		struct fixture fixture = { 0 };
		struct elf_builder *elf = &fixture.elf;
		struct error err = { 0 };

		elf_init(elf);
		code = elf_append(elf, NULL, 0x4000);
		elf_segment(elf, PT_LOAD, PF_R | PF_X, CODE, code, 0x4000, 0x4000);
		at = elf_append(elf, NULL, size);
		elf_segment(elf, PT_LOAD, PF_R, TABLE, at, size, size);
		data = elf_append(elf, NULL, 0x1000);
		elf_segment(elf, PT_LOAD, PF_R | PF_W, DATA, data, 0x1000, 0x1000);
		calls = elf_append(elf, NULL, LENGTH * CALL);
		elf_segment(elf, PT_LOAD, PF_R, 0x800000, calls, LENGTH * CALL, LENGTH * CALL);
		elf_put64(elf, at, 0x08010000fffffff1);
		elf_put64(elf, at + 8, count);
		for (uint64_t i = 0; i < 5; i++)
			elf_put64(elf, at + 32 + 8 * i,
				  (uint64_t[]){ 80, STEPS, STEPS, STEPS, TAB }[i]);
		memcpy(elf->data + at + 80, "main.f\0main.small", 18);
		memcpy(elf->data + at + STEPS + 1, step, sizeof(step));
		for (uint32_t i = 0; i < count; i++) {
			uint64_t func = at + funcs + i * FUNC;

			elf_put32(elf, at + TAB + i * 8, i * 16);
			elf_put32(elf, at + TAB + i * 8 + 4, funcs - TAB + i * FUNC);
			elf_put32(elf, func + 28, 3);
			elf->data[func + 43] = 4;
			elf_put32(elf, func + 44 + 8, 1);
		}
		elf_put32(elf, at + TAB + count * 8, count * 16);
		elf_put64(elf, data, TABLE);
		elf_put64(elf, data + 160, CODE);
		elf_put64(elf, data + 168, CODE + count * 16);
		elf_put64(elf, data + 176, CODE);
		elf_put64(elf, data + 296, DATA);
		elf_put64(elf, data + 304, DATA + 64);
		elf_put64(elf, data + 320, 0x800000);
		/* Only the last call is looked up. */
		elf_put32(elf, calls + (LENGTH - 1) * CALL + 4, 7);
		elf_finish(elf, ET_EXEC, EM_X86_64);
		assert_int_equal(image_open(elf_save(elf), &fixture.image, NULL), 0);
		assert_int_equal(pclntab_open(fixture.image, &fixture.table, NULL), 0);
		assert_int_equal(go_version_parse("go1.26.1", &fixture.version, NULL), 0);
		assert_int_equal(inlining_find(fixture.image, fixture.table, &fixture.version,
					       wanted, WANTED, inlined, &err),
				 count == 511 ? 0 : -E2BIG);
		if (count == 511)
			assert_int_equal(inlined[1].caller_count, 511);
		else
			assert_non_null(strstr(err.what, "too many inlined calls"));
		fixture_close(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_callers),
		cmocka_unit_test(explains_what_is_missing),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(old_releases_are_not_known),
		cmocka_unit_test(looks_for_sixteen_places_of_a_name),
		cmocka_unit_test(functions_may_have_no_inlined_calls),
		cmocka_unit_test(names_some_callers),
		cmocka_unit_test(bounds_its_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
