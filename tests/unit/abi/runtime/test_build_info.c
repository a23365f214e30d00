/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "build_info.h"
#include "elf_builder.h"

#define DATA 0x600000u
#define LINES "path\tshop\nbuild\t-compiler=gc\nbuild\tCGO_ENABLED=0\nbuild\t-tags=\nbuild\tlast=x"

/* Between sentinels of 16 bytes, like runtime.modinfo. */
static const char modinfo[] = "0w\xaf\f\x92t\b\x02"
			      "A\xe1\xc1\a\xe6\xd6\x18\xe6" LINES "\n"
			      "\xf9"
			      "2C1\x86\x18 r\x00\x82"
			      "B\x10"
			      "A\x16\xd8\xf2";

static const uint8_t magic[14] = "\xff Go buildinf:";

struct variant {
	bool section, pointers, relocated, decoy, no_blob, symbol, empty;
	bool rival;			     /* another variable contains a version */
	uint64_t version_size, modinfo_size; /* 0: the correct sizes */
	uint8_t pointer_size;
	void (*change)(struct elf_builder *elf, uint64_t data); /* of the built file */
};

static void header_put(struct elf_builder *elf, uint64_t at, uint8_t pointer_size, uint8_t flags)
{
	memcpy(elf->data + at, magic, sizeof(magic));
	elf->data[at + 14] = pointer_size;
	elf->data[at + 15] = flags;
}

/* data: 64 decoy, 128 blob, 1024 string headers, 1100 version, 2048 modinfo */
static void image_build(struct elf_builder *elf, const struct variant *variant)
{
	uint64_t data, version_size, modinfo_size;

	version_size = variant->version_size || variant->empty ? variant->version_size : 8;
	modinfo_size = variant->modinfo_size ? variant->modinfo_size : sizeof(modinfo) - 1;
	elf_init(elf);
	data = elf_append(elf, NULL, 4096);
	memcpy(elf->data + data + 1100, "go1.15.9", 8);
	memcpy(elf->data + data + 2048, modinfo, sizeof(modinfo));
	if (variant->decoy)
		memcpy(elf->data + data + 64, magic, sizeof(magic));
	if (variant->pointers || variant->symbol) {
		const Elf64_Rela entries[] = {
			{ DATA + 144, ELF64_R_INFO(0, R_X86_64_RELATIVE), DATA + 1024 },
			{ DATA + 152, ELF64_R_INFO(0, R_X86_64_RELATIVE), DATA + 1040 },
			{ DATA + 1024, ELF64_R_INFO(0, R_X86_64_RELATIVE), DATA + 1100 },
			{ DATA + 1040, ELF64_R_INFO(0, R_X86_64_RELATIVE), DATA + 2048 },
		};

		if (!variant->no_blob)
			header_put(elf, data + 128,
				   variant->pointer_size ? variant->pointer_size : 8, 0);
		elf_put64(elf, data + 1032, version_size);
		elf_put64(elf, data + 1048, modinfo_size);
		if (variant->rival) {
			memcpy(elf->data + data + 1200, "go1.16.1", 8);
			elf_put64(elf, data + 1056, DATA + 1200);
			elf_put64(elf, data + 1064, 8);
		}
		if (variant->relocated)
			elf_relocations(elf, 0x800000, entries, 4);
		for (size_t i = 0; !variant->relocated && i < 4; i++)
			elf_put64(elf, data + entries[i].r_offset - DATA,
				  (uint64_t)entries[i].r_addend);
	} else if (!variant->no_blob) {
		header_put(elf, data + 128, 8, 2);
		elf->data[data + 160] = (uint8_t)(version_size & 0x7f) | 0x80;
		elf->data[data + 161] = (uint8_t)(version_size >> 7);
		memcpy(elf->data + data + 162, "go1.22.7", 8);
		elf->data[data + 170] = (uint8_t)(modinfo_size & 0x7f) | 0x80;
		elf->data[data + 171] = (uint8_t)(modinfo_size >> 7);
		memcpy(elf->data + data + 172, modinfo, sizeof(modinfo));
	}
	elf_segment(elf, PT_LOAD, PF_R | PF_W, DATA, data, 4096, 4096);
	if (variant->section)
		elf_section(elf, ".go.buildinfo", SHT_PROGBITS, DATA + 128, data + 128, 200);
	if (variant->symbol)
		elf_symbol(elf, "runtime.buildVersion", DATA + 1024, 16);
	if (variant->change)
		variant->change(elf, data);
	elf_finish(elf, ET_DYN, EM_X86_64);
}

static int read_variant(const struct variant *variant, struct build_info *ret_info)
{
	struct elf_builder elf;
	struct image *image;
	struct error err = { 0 };
	int result;

	image_build(&elf, variant);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	result = build_info_read(image, ret_info, &err);
	assert_true(result == 0 || err.what[0]);
	image_close(image);
	elf_release(&elf);
	return result;
}

static void expect(const struct variant *variant, const char *version, const char *lines)
{
	struct build_info info = { 0 };

	assert_int_equal(read_variant(variant, &info), 0);
	assert_string_equal(info.version, version);
	if (lines)
		assert_string_equal(info.modinfo, lines);
	else
		assert_null(info.modinfo);
	build_info_release(&info);
	assert_null(info.version);
}

static void reads_inline_form(void **state)
{
	expect(&(struct variant){ .section = true }, "go1.22.7", LINES "\n");
	expect(&(struct variant){ .section = false }, "go1.22.7", LINES "\n");
	expect(&(struct variant){ .decoy = true }, "go1.22.7", LINES "\n");
	expect(&(struct variant){ .version_size = 4 }, "go1.", NULL);
}

/* Adds a segment that is searched first and contains the magic `count` times. */
static void put_decoys(struct elf_builder *elf, size_t count)
{
	uint64_t at = elf_append(elf, NULL, 16 * count + 16);

	for (size_t i = 0; i < count; i++)
		memcpy(elf->data + at + 16 * i, magic, sizeof(magic));
	elf_segment(elf, PT_LOAD, PF_R | PF_W, DATA - 0x1000, at, 16 * count + 16, 16 * count + 16);
}

static void put_15_decoys(struct elf_builder *elf, uint64_t data)
{
	put_decoys(elf, 15);
}

static void put_16_decoys(struct elf_builder *elf, uint64_t data)
{
	put_decoys(elf, 16);
}

static void tries_sixteen_headers(void **state)
{
	struct build_info info;

	expect(&(struct variant){ .change = put_15_decoys }, "go1.22.7", LINES "\n");
	assert_int_equal(read_variant(&(struct variant){ .change = put_16_decoys }, &info),
			 -ENOENT);
}

static void put_magic_at_end(struct elf_builder *elf, uint64_t data)
{
	memcpy(elf->data + data + 4096 - 16, magic, sizeof(magic));
}

/* The magic is there, and no room for the rest of the header. */
static void a_header_has_to_fit(void **state)
{
	struct build_info info;

	assert_int_equal(
		read_variant(&(struct variant){ .no_blob = true, .change = put_magic_at_end },
			     &info),
		-ENOENT);
}

static void name_section_elsewhere(struct elf_builder *elf, uint64_t data)
{
	elf_section(elf, ".go.buildinfo", SHT_PROGBITS, 0x900000, data, 200);
}

static void a_section_may_be_wrong(void **state)
{
	expect(&(struct variant){ .change = name_section_elsewhere }, "go1.22.7", LINES "\n");
}

static void empty_modinfo(struct elf_builder *elf, uint64_t data)
{
	elf_put64(elf, data + 1040, 0);
	elf_put64(elf, data + 1048, 0);
}

static void leave_out_modinfo(struct elf_builder *elf, uint64_t data)
{
	elf_put64(elf, data + 152, 0);
}

/* Programs that were built outside of a module have no modinfo, even if the version is long. */
static void modinfo_may_be_empty(void **state)
{
	expect(&(struct variant){ .pointers = true, .change = empty_modinfo }, "go1.15.9", NULL);
	expect(&(struct variant){ .pointers = true,
				  .version_size = 40,
				  .change = leave_out_modinfo },
	       "go1.15.9", NULL);
}

static void reads_pointer_form(void **state)
{
	expect(&(struct variant){ .pointers = true, .section = true }, "go1.15.9", LINES "\n");
	expect(&(struct variant){ .pointers = true }, "go1.15.9", LINES "\n");
	expect(&(struct variant){ .pointers = true, .relocated = true }, "go1.15.9", LINES "\n");
	expect(&(struct variant){ .pointers = true, .modinfo_size = 20 }, "go1.15.9", NULL);
	expect(&(struct variant){ .no_blob = true, .symbol = true }, "go1.15.9", NULL);
	expect(&(struct variant){ .no_blob = true, .symbol = true, .relocated = true }, "go1.15.9",
	       NULL);
}

/* Without symbols and build information, the variable is recognized by its content. */
static void finds_variable(void **state)
{
	struct build_info info;

	expect(&(struct variant){ .no_blob = true, .pointers = true }, "go1.15.9", NULL);
	expect(&(struct variant){ .no_blob = true, .pointers = true, .relocated = true },
	       "go1.15.9", NULL);
	assert_int_equal(
		read_variant(&(struct variant){ .no_blob = true, .pointers = true, .rival = true },
			     &info),
		-ENOENT);
	assert_int_equal(read_variant(&(struct variant){ .no_blob = true,
							 .pointers = true,
							 .version_size = 65 },
				      &info),
			 -ENOENT);
}

static void versions_of_variables_have_bounds(void **state)
{
	struct variant variant = { .no_blob = true, .pointers = true };

	variant.version_size = 5;
	expect(&variant, "go1.1", NULL);
	variant.version_size = 64;
	expect(&variant, "go1.15.9", NULL);
}

/* Words that point to the text, but are no variables. */
static void put_words(struct elf_builder *elf, uint64_t data, size_t count)
{
	for (size_t i = 0; i < count; i++)
		elf_put64(elf, data + 8 * i, DATA + 1100);
}

static void put_7_words(struct elf_builder *elf, uint64_t data)
{
	put_words(elf, data, 7);
}

static void put_8_words(struct elf_builder *elf, uint64_t data)
{
	put_words(elf, data, 8);
}

static void tries_eight_variables(void **state)
{
	struct variant variant = { .no_blob = true, .pointers = true, .change = put_7_words };
	struct build_info info;

	expect(&variant, "go1.15.9", NULL);
	variant.change = put_8_words;
	assert_int_equal(read_variant(&variant, &info), -ENOENT);
}

static void put_text(struct elf_builder *elf, uint64_t data)
{
	memcpy(elf->data + data + 1200, "go1.2.3.4", 9);
	elf_put64(elf, data + 1056, DATA + 1200);
	elf_put64(elf, data + 1064, 9);
}

/* A variable with another text that begins in the same way does not count. */
static void knows_versions_from_other_texts(void **state)
{
	expect(&(struct variant){ .no_blob = true, .pointers = true, .change = put_text },
	       "go1.15.9", NULL);
}

/* Placed before the version. */
static void put_texts(struct elf_builder *elf, uint64_t data, size_t count)
{
	for (size_t i = 0; i < count; i++)
		memcpy(elf->data + data + 4 * i, "go1.", 4);
}

static void put_255_texts(struct elf_builder *elf, uint64_t data)
{
	put_texts(elf, data, 255);
}

static void put_256_texts(struct elf_builder *elf, uint64_t data)
{
	put_texts(elf, data, 256);
}

static void tries_256_texts(void **state)
{
	struct variant variant = { .no_blob = true, .pointers = true, .change = put_255_texts };
	struct build_info info;

	expect(&variant, "go1.15.9", NULL);
	variant.change = put_256_texts;
	assert_int_equal(read_variant(&variant, &info), -ENOENT);
}

static void refuses_damage(void **state)
{
	static const struct {
		struct variant variant;
		int code;
	} rows[] = {
		{ { .no_blob = true }, -ENOENT },
		{ { .no_blob = true, .symbol = true, .empty = true }, -ENOENT },
		{ { .pointers = true, .empty = true }, -ENOENT },
		{ { .no_blob = true, .section = true, .decoy = true }, -ENOENT },
		{ { .version_size = 2000 }, -EBADMSG },
		{ { .modinfo_size = 16000 }, -ERANGE },
		{ { .pointers = true, .version_size = UINT64_MAX }, -EBADMSG },
		{ { .pointers = true, .version_size = 1025 }, -EBADMSG },
		{ { .pointers = true, .modinfo_size = 5000 }, -ERANGE },
		{ { .pointers = true, .modinfo_size = (16 << 20) + 1 }, -EBADMSG },
		{ { .pointers = true, .section = true, .pointer_size = 4 }, -EBADMSG },
		{ { .symbol = true, .no_blob = true, .version_size = UINT64_MAX }, -EBADMSG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct build_info info = { .version = (char *)"untouched" };

		assert_int_equal(read_variant(&rows[i].variant, &info), rows[i].code);
		assert_string_equal(info.version, "untouched");
	}
}

static void finds_settings(void **state)
{
	struct build_info info = { .modinfo = (char *)LINES };
	size_t length = 7;

	assert_memory_equal(build_info_setting(&info, "-compiler", &length), "gc", 2);
	assert_int_equal(length, 2);
	assert_memory_equal(build_info_setting(&info, "CGO_ENABLED", &length), "0", 1);
	assert_int_equal(length, 1);
	assert_non_null(build_info_setting(&info, "-tags", &length));
	assert_int_equal(length, 0);
	assert_memory_equal(build_info_setting(&info, "last", &length), "x", 1);
	assert_int_equal(length, 1);
	assert_null(build_info_setting(&info, "-comp", &length));
	assert_null(build_info_setting(&info, "path", &length));
	info.modinfo = (char *)"build\nbuild\t\nbuild";
	assert_null(build_info_setting(&info, "", &length));
	info.modinfo = NULL;
	assert_null(build_info_setting(&info, "x", &length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_inline_form),
		cmocka_unit_test(reads_pointer_form),
		cmocka_unit_test(finds_variable),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(finds_settings),
		cmocka_unit_test(tries_sixteen_headers),
		cmocka_unit_test(a_header_has_to_fit),
		cmocka_unit_test(a_section_may_be_wrong),
		cmocka_unit_test(modinfo_may_be_empty),
		cmocka_unit_test(versions_of_variables_have_bounds),
		cmocka_unit_test(tries_eight_variables),
		cmocka_unit_test(knows_versions_from_other_texts),
		cmocka_unit_test(tries_256_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
