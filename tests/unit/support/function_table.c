/* SPDX-License-Identifier: MIT */
#include "function_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Offsets within the table: names at 512, functab at 128, _funcs of 48 bytes at 1024. */
enum { ADDRESS = 0x500000, NAMES = 512, FUNCTAB = 128, FUNCS = 1024, FUNC_SIZE = 48, SIZE = 4096 };

static void put_head(struct elf_builder *elf, uint64_t at, size_t count)
{
	elf_put64(elf, at, 0x08010000fffffff1);
	elf_put64(elf, at + 8, count);
	elf_put64(elf, at + 24, TABLE_CODE);
	elf_put64(elf, at + 32, NAMES);
	elf_put64(elf, at + 40, 1000);
	elf_put64(elf, at + 64, FUNCTAB);
}

static void put_rows(struct elf_builder *elf, uint64_t at, const struct table_row *rows,
		     size_t count)
{
	uint32_t entry = 0, name = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t func = FUNCS + i * FUNC_SIZE;

		elf_put32(elf, at + FUNCTAB + i * 8, entry);
		elf_put32(elf, at + FUNCTAB + i * 8 + 4, func - FUNCTAB);
		elf_put32(elf, at + func, entry);
		elf_put32(elf, at + func + 4, name);
		elf->data[at + func + 40] = rows[i].id;
		strcpy((char *)elf->data + at + NAMES + name, rows[i].name);
		name += strlen(rows[i].name) + 1;
		if (!rows[i].is_empty)
			entry += TABLE_FUNCTION_SIZE + rows[i].longer;
	}
	elf_put32(elf, at + FUNCTAB + count * 8, entry);
}

struct pclntab *function_table_open(struct elf_builder *elf, const struct table_row *rows,
				    size_t count, struct image **ret_image)
{
	struct pclntab *table = NULL;
	uint64_t code, at;

	elf_init(elf);
	code = elf_append(elf, NULL, 0x1000);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, TABLE_CODE, code, 0x1000, 0x1000);
	at = elf_append(elf, NULL, SIZE);
	elf_segment(elf, PT_LOAD, PF_R, ADDRESS, at, SIZE, SIZE);
	put_head(elf, at, count);
	put_rows(elf, at, rows, count);
	elf_section(elf, ".gopclntab", SHT_PROGBITS, ADDRESS, at, SIZE);
	elf_finish(elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(elf), ret_image, NULL), 0);
	assert_int_equal(pclntab_open(*ret_image, &table, NULL), 0);
	return table;
}
