/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "pclntab.h"

#define CODE 0x400000u
#define RODATA 0x500000u
#define DATA 0x600000u
#define TEXT (CODE + 0x40)

/* C code comes first, so the start of the text differs from the start of the segment. */
static const struct {
	const char *name;
	uint32_t offset;
} functions[] = {
	{ "go.buildid", 0 }, { "main.main", 0x20 },   { "a.b", 0x80 },
	{ "a.b", 0x90 },     { "main.(*T).M", 0xc0 },
};
#define PC_TABLES 250u
#define COUNT (sizeof(functions) / sizeof(functions[0]))
#define TEXT_SIZE 0x100u
#define CODE_SIZE 0x140u /* the last function ends with the code */

struct variant {
	enum pclntab_format format;
	uint16_t machine;
	bool section, moduledata, symbol, text_start, relocated;
	/* Replace the offsets of other tests; 0: the same offsets. */
	uint32_t names, funcs, size;
};

struct table {
	uint64_t offset; /* in the file */
	uint64_t functab, names, size;
};

/*
 * header 128, names 128 (scattered in the table for 1.2), functab at 256, _funcs at 384. The names include
 * that of a function that was inlined everywhere.
 */
static struct table table_build(struct elf_builder *elf, const struct variant *variant,
				Elf64_Rela *relocations, size_t *relocation_count)
{
	static const uint8_t magics[] = { 0xfb, 0xfa, 0xf0, 0xf1 };
	bool wide = variant->format < PCLNTAB_GO_1_18;
	bool old = variant->format == PCLNTAB_GO_1_2;
	struct table table = { .functab = old ? 16 : 256,
			       .names = old ? 600 : 128,
			       .size = variant->size ? variant->size : 1024 };
	uint64_t at, first = variant->format == PCLNTAB_GO_1_16 ? 24 : 32, name = 0;
	uint64_t width = wide ? 8 : 4, base = old ? 0 : table.functab;
	uint64_t funcs = variant->funcs ? variant->funcs : 384;

	if (variant->names)
		table.names = variant->names;
	table.offset = at = elf_append(elf, NULL, table.size);
	elf_put32(elf, at, 0xffffff00u | magics[variant->format]);
	elf->data[at + 6] = variant->machine == EM_X86_64 ? 1 : 4;
	elf->data[at + 7] = 8;
	elf_put64(elf, at + 8, COUNT);
	if (!old) {
		elf_put64(elf, at + first, table.names);
		elf_put64(elf, at + first + 8, table.names + 112);
		elf_put64(elf, at + first + 24, PC_TABLES);
		elf_put64(elf, at + first + 32, table.functab);
	}
	if (variant->text_start)
		elf_put64(elf, at + 24, TEXT);
	for (size_t i = 0; i <= COUNT; i++) {
		uint64_t entry = i < COUNT ? functions[i].offset : TEXT_SIZE;
		uint64_t row = table.functab + i * 2 * width, func = funcs + i * 24 - base;

		if (wide && variant->relocated)
			relocations[(*relocation_count)++] =
				(Elf64_Rela){ RODATA + row, ELF64_R_INFO(0, R_X86_64_RELATIVE),
					      (int64_t)(TEXT + entry) };
		else if (wide)
			elf_put64(elf, at + row, TEXT + entry);
		else
			elf_put32(elf, at + row, (uint32_t)entry);
		if (i == COUNT)
			break;
		elf_put32(elf, at + row + width, (uint32_t)func);
		elf_put32(elf, at + base + func + width,
			  (uint32_t)(name + (old ? table.names : 0)));
		elf_put32(elf, at + base + func + width + 4, 8 * (uint32_t)i);
		memcpy(elf->data + at + table.names + name, functions[i].name,
		       strlen(functions[i].name) + 1);
		/* Both functions a.b share one name. */
		if (i != 2)
			name += strlen(functions[i].name) + 1;
	}
	memcpy(elf->data + at + table.names + name, "a.inlined", 10);
	return table;
}

static struct table image_build(struct elf_builder *elf, const struct variant *variant)
{
	const struct {
		uint64_t offset, value;
	} fields[] = { { 0, RODATA },
		       { 160, TEXT },
		       { 168, TEXT + TEXT_SIZE },
		       { 176, TEXT },
		       { 184, CODE } };
	Elf64_Rela relocations[16];
	size_t relocation_count = 0;
	struct table table;
	uint64_t code, data;

	elf_init(elf);
	code = elf_append(elf, NULL, CODE_SIZE);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, CODE, code, CODE_SIZE, CODE_SIZE);
	table = table_build(elf, variant, relocations, &relocation_count);
	elf_segment(elf, PT_LOAD, PF_R, RODATA, table.offset, table.size, table.size);
	data = elf_append(elf, NULL, 1024);
	elf_segment(elf, PT_LOAD, PF_R | PF_W, DATA, data, 1024, 1024);
	/* A pointer to the pclntab that is not part of a moduledata. */
	elf_put64(elf, data + 64, RODATA);
	for (size_t i = 0; variant->moduledata && i < 5; i++) {
		if (variant->relocated)
			relocations[relocation_count++] =
				(Elf64_Rela){ DATA + 512 + fields[i].offset,
					      ELF64_R_INFO(0, R_X86_64_RELATIVE),
					      (int64_t)fields[i].value };
		else
			elf_put64(elf, data + 512 + fields[i].offset, fields[i].value);
	}
	if (relocation_count)
		elf_relocations(elf, 0x800000, relocations, relocation_count);
	if (variant->section)
		elf_section(elf, ".gopclntab", SHT_PROGBITS, RODATA, table.offset, table.size);
	if (variant->symbol)
		elf_symbol(elf, "runtime.text", TEXT, 0);
	elf_finish(elf, ET_DYN, variant->machine);
	return table;
}

static void table_expect(const struct pclntab *table, enum pclntab_format format)
{
	struct function function;

	assert_int_equal(pclntab_format(table), format);
	assert_int_equal(pclntab_count(table), COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(pclntab_at(table, i, &function));
		assert_string_equal(function.name, functions[i].name);
		assert_int_equal(function.entry, TEXT + functions[i].offset);
		assert_int_equal(function.stack_size, 8 * i);
		assert_int_equal(function.end,
				 TEXT + (i + 1 < COUNT ? functions[i + 1].offset : TEXT_SIZE));
	}
	assert_false(pclntab_at(table, COUNT, &function));
	assert_false(pclntab_at(table, SIZE_MAX, &function));
	assert_true(pclntab_find(table, "main.main", &function));
	assert_int_equal(function.entry, TEXT + 0x20);
	assert_int_equal(function.end, TEXT + 0x80);
	assert_true(pclntab_find(table, "go.buildid", &function));
	assert_true(pclntab_find(table, "main.(*T).M", &function));
	assert_int_equal(function.end, TEXT + TEXT_SIZE);
	assert_true(pclntab_find(table, "a.b", &function));
	assert_int_equal(function.entry, TEXT + 0x80);
	assert_false(pclntab_find(table, "a.inlined", &function));
	assert_false(pclntab_find(table, "main.mai", &function));
	assert_false(pclntab_find(table, "ain.main", &function));
	assert_false(pclntab_find(table, "", &function));
}

static void reads_all_formats(void **state)
{
	for (int bits = 0; bits < 256; bits++) {
		struct variant variant = {
			.format = (enum pclntab_format)(bits & 3),
			.machine = bits & 4 ? EM_AARCH64 : EM_X86_64,
			.section = bits & 8,
			.moduledata = bits & 16,
			.symbol = bits & 32,
			.text_start = bits & 64,
			.relocated = bits & 128,
		};
		bool offsets = variant.format >= PCLNTAB_GO_1_18;
		struct elf_builder elf;
		struct pclntab *table = NULL;
		struct image *image;
		struct error err = { 0 };
		int result;

		if ((variant.text_start && !offsets) ||
		    (variant.relocated && variant.machine == EM_AARCH64))
			continue;
		image_build(&elf, &variant);
		assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
		result = pclntab_open(image, &table, &err);
		if (offsets && !variant.moduledata && !variant.symbol && !variant.text_start) {
			assert_int_equal(result, -EBADMSG);
			assert_non_null(strstr(err.what, "without a text start"));
		} else {
			assert_int_equal(result, 0);
			table_expect(table, variant.format);
		}
		pclntab_close(table);
		image_close(image);
		elf_release(&elf);
	}
}

static struct pclntab *table_open(struct elf_builder *elf, struct image **ret_image)
{
	struct pclntab *table = NULL;

	assert_int_equal(image_open(elf_save(elf), ret_image, NULL), 0);
	assert_int_equal(pclntab_open(*ret_image, &table, NULL), 0);
	return table;
}

static void table_drop(struct elf_builder *elf, struct image *image, struct pclntab *table)
{
	pclntab_close(table);
	image_close(image);
	elf_release(elf);
}

/* The parts are farther apart than what is loaded at once. */
static void reads_parts_that_are_far_apart(void **state)
{
	for (int format = 0; format < 4; format++) {
		bool old = format == PCLNTAB_GO_1_2;
		const struct variant variants[] = {
			{ (enum pclntab_format)format, EM_X86_64, .moduledata = true, .funcs = 9000,
			  .size = 10000 },
			{ (enum pclntab_format)format, EM_X86_64, .moduledata = true,
			  .names = old ? 80000 : 0, .size = 90000 },
		};

		for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
			struct elf_builder elf;
			struct image *image;
			struct pclntab *table;

			image_build(&elf, &variants[i]);
			table = table_open(&elf, &image);
			table_expect(table, variants[i].format);
			table_drop(&elf, image, table);
		}
	}
}

/* The names end where the first of the next four parts begins. A name that extends into it is invalid. */
static void names_end_where_the_next_part_begins(void **state)
{
	for (int format = PCLNTAB_GO_1_16; format <= PCLNTAB_GO_1_20; format++) {
		uint64_t names = format == PCLNTAB_GO_1_16 ? 24 : 32;

		for (uint64_t part = 1; part <= 5; part++) {
			struct variant variant = { (enum pclntab_format)format, EM_X86_64,
						   .moduledata = true };
			struct elf_builder elf;
			struct table at = image_build(&elf, &variant);
			struct function function;
			struct image *image;
			struct pclntab *table;

			if (part != 4)
				elf_put64(&elf, at.offset + names + 8, 1000);
			if (part == 5)
				elf_put64(&elf, at.offset + names + 24, 1000);
			/*
			 * The last name is at 24, and 12 bytes long. The word behind the header is ignored.
			 */
			if (part != 4)
				elf_put64(&elf, at.offset + names + 8 * part, at.names + 30);
			table = table_open(&elf, &image);
			assert_true(pclntab_at(table, 1, &function));
			assert_int_equal(pclntab_at(table, 4, &function), part > 3);
			table_drop(&elf, image, table);
		}
	}
}

/* A damaged function is skipped. */
static void goes_from_one_function_to_the_next(void **state)
{
	struct variant variant = { PCLNTAB_GO_1_20, EM_X86_64, .moduledata = true };
	static const size_t sound[] = { 0, 2, 3 };
	struct elf_builder elf;
	struct table at = image_build(&elf, &variant);
	struct function function;
	struct image *image;
	struct pclntab *table;
	size_t index = 0;

	elf_put32(&elf, at.offset + at.functab + 8 + 4, UINT32_MAX);
	elf_put32(&elf, at.offset + at.functab + 4 * 8 + 4, UINT32_MAX);
	table = table_open(&elf, &image);
	for (size_t i = 0; i < 3; i++, index++) {
		assert_true(pclntab_next(table, &index, &function));
		assert_int_equal(index, sound[i]);
		assert_string_equal(function.name, functions[sound[i]].name);
	}
	assert_false(pclntab_next(table, &index, &function));
	assert_int_equal(index, COUNT);
	assert_false(pclntab_next(table, &index, &function));
	assert_int_equal(index, COUNT);
	table_drop(&elf, image, table);
}

/* The pc tables are loaded from their offset to the functab after them, or to the end without one. */
static void loads_pc_tables(void **state)
{
	for (int format = 0; format < 4; format++) {
		struct variant variant = { (enum pclntab_format)format, EM_X86_64,
					   .moduledata = true };
		struct elf_builder elf;
		struct table at = image_build(&elf, &variant);
		uint64_t start = format == PCLNTAB_GO_1_2 ? 0 : PC_TABLES;
		struct buffer buffer;
		struct image *image;
		struct pclntab *table = table_open(&elf, &image);

		assert_int_equal(pclntab_load_pc_tables(table, image, &buffer, NULL), 0);
		assert_int_equal(buffer.size,
				 (format == PCLNTAB_GO_1_2 ? at.size : at.functab) - start);
		assert_memory_equal(buffer.data, elf.data + at.offset + start, buffer.size);
		buffer_release(&buffer);
		table_drop(&elf, image, table);
	}
}

static void pc_tables_may_follow_the_functab(void **state)
{
	struct variant variant = { PCLNTAB_GO_1_20, EM_X86_64, .moduledata = true };
	static const struct {
		uint64_t start, size;
	} rows[] = { { 255, 1 }, { 256, 768 }, { 1023, 1 }, { 1024, 0 }, { UINT64_MAX, 0 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf_builder elf;
		struct table at = image_build(&elf, &variant);
		struct buffer buffer;
		struct error err = { 0 };
		struct image *image;
		struct pclntab *table;

		elf_put64(&elf, at.offset + 56, rows[i].start);
		table = table_open(&elf, &image);
		if (rows[i].size) {
			assert_int_equal(pclntab_load_pc_tables(table, image, &buffer, NULL), 0);
			assert_int_equal(buffer.size, rows[i].size);
			buffer_release(&buffer);
		} else {
			assert_int_equal(pclntab_load_pc_tables(table, image, &buffer, &err),
					 -EBADMSG);
			assert_non_null(strstr(err.what, "no pc tables"));
		}
		table_drop(&elf, image, table);
	}
}

/* Words that resemble the begin of a table, one after another, before the real one. */
static void tries_sixteen_tables(void **state)
{
	struct variant variant = { PCLNTAB_GO_1_20, EM_X86_64, .symbol = true };

	for (uint64_t decoys = 15; decoys <= 16; decoys++) {
		struct pclntab *table = NULL;
		struct elf_builder elf;
		struct image *image;
		struct error err = { 0 };

		image_build(&elf, &variant);
		for (uint64_t i = 0; i < decoys; i++)
			elf_put64(&elf, elf.segments[0].p_offset + 16 * i, 0x08010000fffffff1);
		assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
		assert_int_equal(pclntab_open(image, &table, &err), decoys == 15 ? 0 : -EBADMSG);
		if (decoys == 16)
			assert_non_null(strstr(err.what, "damaged pclntab at address 0x4000f0"));
		table_drop(&elf, image, table);
	}
}

/* Linkers fold identical functions. At most 64 of them may have the same entry. */
static void folded_functions_end_where_the_next_begins(void **state)
{
	enum {
		FOLDED_64 = 64,
		FOLDED_65 = 65,
		FUNCTAB = 128,
		FUNCS = 2048,
		NAMES = 112,
		SIZE = 8192
	};

	for (uint32_t folded = FOLDED_64; folded <= FOLDED_65; folded++) {
		struct function function;
		struct elf_builder elf;
		struct image *image;
		struct pclntab *table;
		uint64_t at;

		elf_init(&elf);
		at = elf_append(&elf, NULL, 256);
		elf_segment(&elf, PT_LOAD, PF_R | PF_X, CODE, at, 256, 256);
		at = elf_append(&elf, NULL, SIZE);
		elf_segment(&elf, PT_LOAD, PF_R, RODATA, at, SIZE, SIZE);
		elf_put64(&elf, at, 0x08010000fffffff1);
		elf_put64(&elf, at + 8, folded);
		elf_put64(&elf, at + 24, CODE);
		elf_put64(&elf, at + 32, NAMES);
		elf_put64(&elf, at + 64, FUNCTAB);
		elf.data[at + NAMES] = 'f';
		for (uint32_t i = 0; i < folded; i++)
			elf_put32(&elf, at + FUNCTAB + 8 * i + 4, FUNCS + 24 * i);
		elf_put32(&elf, at + FUNCTAB + 8 * folded, 32);
		elf_finish(&elf, ET_EXEC, EM_X86_64);
		table = table_open(&elf, &image);
		assert_true(pclntab_at(table, 0, &function));
		assert_int_equal(function.end, CODE + (folded == FOLDED_64 ? 32 : 0));
		assert_true(pclntab_at(table, folded - 1, &function));
		assert_int_equal(function.end, CODE + 32);
		table_drop(&elf, image, table);
	}
}

static void open_patched(uint64_t offset, uint64_t word, int code, bool section)
{
	struct variant variant = { PCLNTAB_GO_1_20, EM_X86_64, .section = section, .symbol = true };
	struct elf_builder elf;
	struct pclntab *opened = NULL;
	struct image *image;
	struct error err = { 0 };
	struct table table = image_build(&elf, &variant);

	elf_put64(&elf, table.offset + offset, word);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(pclntab_open(image, &opened, &err), code);
	assert_null(opened);
	assert_true(err.what[0]);
	image_close(image);
	elf_release(&elf);
}

static void refuses_damage(void **state)
{
	open_patched(0, 0, -ENOENT, false);
	open_patched(0, 0, -EBADMSG, true);
	open_patched(0, 0x08040000fffffff1, -ENOENT, false); /* the other machine's */
	open_patched(0, 0x04010000fffffff1, -ENOENT, false); /* pointers of 4 bytes */
	open_patched(8, 0, -EBADMSG, false);
	open_patched(8, UINT64_MAX, -EBADMSG, false);
	open_patched(8, UINT64_C(1) << 61, -EBADMSG, false);
	open_patched(8, 4000, -EBADMSG, false);
	open_patched(32, UINT64_MAX, -EBADMSG, false);
	open_patched(64, UINT64_MAX, -EBADMSG, false);
	open_patched(64, 1020, -EBADMSG, false);
	open_patched(256, UINT64_C(0xffffffff) << 32, -EBADMSG, false); /* the first _func */
}

static void walk(const struct image *image)
{
	struct pclntab *table;
	struct function function;

	if (pclntab_open(image, &table, NULL) < 0)
		return;
	for (size_t i = 0; i < pclntab_count(table) && i < 4096; i++) {
		if (!pclntab_at(table, i, &function))
			continue;
		assert_true(function.entry >= CODE && function.end <= CODE + CODE_SIZE);
		assert_true(strlen(function.name) < 2048);
	}
	pclntab_find(table, "main.main", &function);
	pclntab_find(table, "", &function);
	pclntab_close(table);
}

/* Whatever byte is damaged, no read leaves the table, and no entry is outside of the code. */
static void survives_any_byte(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };

	for (int format = 0; format < 4; format++) {
		struct variant variant = { (enum pclntab_format)format, EM_X86_64, .section = true,
					   .moduledata = true };
		struct elf_builder elf;
		struct table table = image_build(&elf, &variant);
		FILE *file = fopen(elf_save(&elf), "r+b");
		struct image *image;

		assert_non_null(file);
		setbuf(file, NULL);
		assert_int_equal(image_open(elf.path, &image, NULL), 0);
		for (size_t i = 0; i < 3 * 720; i++) {
			uint64_t at = table.offset + i / 3;

			fseek(file, (long)at, SEEK_SET);
			fputc(values[i % 5], file);
			walk(image);
			fseek(file, (long)at, SEEK_SET);
			fputc(elf.data[at], file);
		}
		image_close(image);
		fclose(file);
		elf_release(&elf);
	}
	pclntab_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_formats),
		cmocka_unit_test(reads_parts_that_are_far_apart),
		cmocka_unit_test(names_end_where_the_next_part_begins),
		cmocka_unit_test(goes_from_one_function_to_the_next),
		cmocka_unit_test(loads_pc_tables),
		cmocka_unit_test(pc_tables_may_follow_the_functab),
		cmocka_unit_test(tries_sixteen_tables),
		cmocka_unit_test(folded_functions_end_where_the_next_begins),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(survives_any_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
