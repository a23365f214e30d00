/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the reading of a file's pclntab and moduledata. The first byte selects the machine and the layout of
 * the file: with a section, with symbols, with relocations.
 */
#include <elf.h>
#include <string.h>

#include "fuzz.h"
#include "library_copies.h"
#include "memory_file.h"
#include "pclntab.h"

enum { HAS_SECTION = 1, HAS_SYMBOLS = 2, HAS_RELOCATIONS = 4, IS_ARM64 = 8 };

static void content_open(struct memory_file *file, uint8_t layout, const uint8_t *data, size_t size)
{
	struct content_section sections[3];
	struct content content = { .data = data, .size = size, .sections = sections };

	content.machine = layout & IS_ARM64 ? EM_AARCH64 : EM_X86_64;
	if (layout & HAS_RELOCATIONS)
		content.dynamic = size < 48 ? size : 48;
	if (layout & HAS_SECTION)
		sections[content.section_count++] =
			(struct content_section){ ".gopclntab", SHT_PROGBITS, SHF_ALLOC, 0, size };
	if (layout & HAS_SYMBOLS) {
		sections[content.section_count++] =
			(struct content_section){ ".symtab", SHT_SYMTAB, 0, 0, size };
		sections[content.section_count++] =
			(struct content_section){ ".strtab", SHT_STRTAB, 0, 0, size };
	}
	memory_file_around(file, &content);
}

static void check_function(const struct pclntab *table, const struct function *function,
			   size_t size)
{
	struct function found;

	HOLDS(function->name && strlen(function->name) <= size);
	HOLDS(function->entry >= CONTENT_ADDRESS - CONTENT_OFFSET &&
	      function->entry <= function->end);
	HOLDS(function->end <= CONTENT_ADDRESS + size);
	if (pclntab_find(table, function->name, &found))
		HOLDS(strcmp(found.name, function->name) == 0);
}

/* Searches copies of libraries by the names of their functions. */
static void check_copies(const struct pclntab *table)
{
	static const char *const landmarks[] = { "golang.org/x/net/http2.(*serverConn).runHandler",
						 "golang.org/x/net/http2.(*Server).serveConn",
						 NULL };
	static const struct library library = { .module = "golang.org/x/net",
						.landmarks = landmarks,
						.clue = "golang.org/x/net/http2.clue" };
	static const struct build_info info;
	struct library_copies found;

	library_copies_find(&library, &info, table, &found);
	HOLDS(found.count >= 1 && found.count <= LIBRARY_MAX_COPIES && !found.copies[0].prefix[0]);
	for (size_t i = 1; i < found.count; i++) {
		size_t size = strnlen(found.copies[i].prefix, LIBRARY_MAX_PREFIX);

		HOLDS(size >= strlen("vendor/") && size < LIBRARY_MAX_PREFIX);
		HOLDS(strcmp(found.copies[i].prefix + size - strlen("vendor/"), "vendor/") == 0);
	}
}

static void check_table(const struct pclntab *table, size_t size)
{
	size_t count = pclntab_count(table);
	struct function function;

	HOLDS(count > 0 && count <= size);
	HOLDS(!pclntab_at(table, count, &function) && !pclntab_at(table, SIZE_MAX, &function));
	for (size_t i = 0; i < count && i < 16; i++) {
		if (pclntab_at(table, i, &function))
			check_function(table, &function, size);
	}
	pclntab_find(table, "", &function);
	if (pclntab_find(table, "main.main", &function))
		HOLDS(strcmp(function.name, "main.main") == 0);
	check_copies(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pclntab *table = NULL;
	struct image *image = NULL;
	struct error err = { 0 };
	struct memory_file file;
	int r;

	if (size < 1)
		return 0;
	content_open(&file, data[0], data + 1, size - 1);
	HOLDS(image_open(file.path, &image, NULL) == 0);
	r = pclntab_open(image, &table, &err);
	HOLDS(r == err.code && (r == 0) == (table != NULL));
	if (r == 0)
		check_table(table, size);
	pclntab_close(table);
	image_close(image);
	memory_file_close(&file);
	return 0;
}
