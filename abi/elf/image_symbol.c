/* SPDX-License-Identifier: MIT */
/* Finds symbols by name or by a prefix of their names. */
#include "image.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

/* Sparse files may have any size; Go binaries are far smaller than this. */
#define MAX_TABLE (UINT64_C(256) << 20)

enum {
	MAX_NAMES = 1024, /* places of one text in .strtab; also symbols in a list */
	MAX_NAME = 4096,
	CHUNK_SYMBOLS = 4096,
};

/* Offsets into .strtab at which one text occurs, ascending. */
struct names {
	uint32_t offsets[MAX_NAMES];
	size_t count;
};

/*
 * Finds every place at which the string table contains `text`. Linkers share tails ("text" within
 * "runtime.text"), so a symbol's name may begin at any of these places. Ignores places after the first
 * MAX_NAMES: only a very short text occurs so often.
 */
static void names_find(const struct image *image, const struct section *strings, struct bytes text,
		       struct names *ret_names)
{
	uint64_t offset = strings->offset, end = strings->offset + strings->size;

	ret_names->count = 0;
	while (ret_names->count < MAX_NAMES && offset < end &&
	       image_find_file(image, offset, end - offset, text, 1, &offset)) {
		if (offset - strings->offset > UINT32_MAX)
			return;
		ret_names->offsets[ret_names->count++] = (uint32_t)(offset - strings->offset);
		offset++;
	}
}

static bool names_have(const struct names *names, uint32_t offset)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->offsets[middle] == offset)
			return true;
		if (names->offsets[middle] < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Called for each matching symbol; a result other than 0 ends the search. */
typedef int symbol_visit(void *context, const Elf64_Sym *symbol, const struct section *strings);

/*
 * Visits the symbols whose names begin with `text`. Both tables are read in chunks and never kept as a whole:
 * .strtab of a 100 MB server is 15 MB. Only offsets are compared, so the search takes no longer than reading
 * the tables. Returns the last result of `visit`, or 0.
 */
static int symbols_visit(const struct image *image, const char *table, const char *strings,
			 struct bytes text, symbol_visit *visit, void *context)
{
	struct section symbols, names_section;
	struct names names;
	struct buffer chunk = { 0 };
	int r = 0;

	if (!image_section(image, table, &symbols) || symbols.no_bits ||
	    !image_section(image, strings, &names_section) || names_section.no_bits ||
	    symbols.size > MAX_TABLE || names_section.size > MAX_TABLE)
		return 0;
	names_find(image, &names_section, text, &names);
	for (uint64_t done = 0; r == 0 && names.count && done < symbols.size; done += chunk.size) {
		uint64_t rest = (symbols.size - done) / sizeof(Elf64_Sym), count;
		const Elf64_Sym *symbol;

		count = rest < CHUNK_SYMBOLS ? rest : CHUNK_SYMBOLS;
		buffer_release(&chunk);
		if (!count || image_load_file(image, symbols.offset + done, count * sizeof(*symbol),
					      &chunk, NULL) < 0)
			break;
		symbol = (const Elf64_Sym *)(const void *)chunk.data;
		for (uint64_t i = 0; i < count && r == 0; i++) {
			if (symbol[i].st_shndx != SHN_UNDEF &&
			    names_have(&names, symbol[i].st_name))
				r = visit(context, &symbol[i], &names_section);
		}
	}
	buffer_release(&chunk);
	return r;
}

static int take_symbol(void *context, const Elf64_Sym *symbol, const struct section *strings)
{
	Elf64_Sym *found = context;

	(void)strings;
	*found = *symbol;
	return 1;
}

bool image_symbol(const struct image *image, const char *name, uint64_t *ret_address,
		  uint64_t *ret_size)
{
	struct bytes text = { (const uint8_t *)name, strlen(name) + 1 };
	Elf64_Sym symbol = { 0 };

	if (!symbols_visit(image, ".symtab", ".strtab", text, take_symbol, &symbol) &&
	    !symbols_visit(image, ".dynsym", ".dynstr", text, take_symbol, &symbol))
		return false;
	if (ret_address)
		*ret_address = symbol.st_value;
	if (ret_size)
		*ret_size = symbol.st_size;
	return true;
}

struct listing {
	const struct image *image;
	struct symbol_list *list;
};

static int symbol_add(void *context, const Elf64_Sym *symbol, const struct section *strings)
{
	const struct listing *listing = context;
	struct symbol_list *list = listing->list;
	uint64_t rest = strings->size - symbol->st_name;
	struct named_symbol *items;
	char name[MAX_NAME];

	if (list->count == MAX_NAMES)
		return 0;
	rest = rest < sizeof(name) ? rest : sizeof(name);
	if (image_read(listing->image, strings->offset + symbol->st_name, name, rest, NULL) < 0 ||
	    !memchr(name, 0, rest))
		return 0;
	items = array_grow(list->items, list->count, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count] = (struct named_symbol){ .name = strdup(name),
						    .address = symbol->st_value,
						    .size = symbol->st_size };
	if (!items[list->count].name)
		return -ENOMEM;
	list->count++;
	return 0;
}

int image_symbols(const struct image *image, const char *prefix, struct symbol_list *ret_list,
		  struct error *err)
{
	struct bytes text = { (const uint8_t *)prefix, strlen(prefix) };
	struct symbol_list list = { 0 };
	struct listing listing = { image, &list };

	if (symbols_visit(image, ".symtab", ".strtab", text, symbol_add, &listing) < 0) {
		symbol_list_release(&list);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	*ret_list = list;
	return 0;
}

void symbol_list_release(struct symbol_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	free(list->items);
	*list = (struct symbol_list){ 0 };
}
