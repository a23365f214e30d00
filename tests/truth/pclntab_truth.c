/* SPDX-License-Identifier: MIT */
/*
 * Compares the pclntab of a Go binary with its symbol table: every function must have a symbol of its name at
 * its entry, and every Go function symbol must be a function of the table.
 *
 *	pclntab_truth BINARY [STRIPPED]
 *
 * With STRIPPED, a copy of BINARY without symbols and section headers, the pclntab is read from the copy.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "pclntab.h"

struct symbol {
	uint64_t address, size;
	const char *name;
};

struct symbols {
	struct buffer table, text;
	struct symbol *rows;
	size_t count;
};

static int symbol_compare(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

/* The STT_FUNC symbols of .symtab by address. */
static int symbols_load(const struct image *image, struct symbols *symbols, struct error *err)
{
	struct section table, text;
	const Elf64_Sym *entries;
	int result;

	if (!image_section(image, ".symtab", &table) || !image_section(image, ".strtab", &text))
		return error_fail(err, -1, "no .symtab to compare with");
	result = image_load_file(image, table.offset, table.size, &symbols->table, err);
	if (result == 0)
		result = image_load_file(image, text.offset, text.size, &symbols->text, err);
	if (result < 0)
		return result;
	entries = (const Elf64_Sym *)(const void *)symbols->table.data;
	symbols->rows = calloc(table.size / sizeof(*entries) + 1, sizeof(*symbols->rows));
	for (size_t i = 0; symbols->rows && i < table.size / sizeof(*entries); i++) {
		const char *name = bytes_string(buffer_bytes(&symbols->text), entries[i].st_name);

		if (ELF64_ST_TYPE(entries[i].st_info) != STT_FUNC || !name)
			continue;
		symbols->rows[symbols->count++] =
			(struct symbol){ entries[i].st_value, entries[i].st_size, name };
	}
	qsort(symbols->rows, symbols->count, sizeof(*symbols->rows), symbol_compare);
	return 0;
}

static void symbols_release(struct symbols *symbols)
{
	free(symbols->rows);
	buffer_release(&symbols->table);
	buffer_release(&symbols->text);
}

/* The first symbol at or after `address`. */
static size_t symbols_seek(const struct symbols *symbols, uint64_t address)
{
	const struct symbol key = { .address = address };

	return array_lower_bound(symbols->rows, symbols->count, sizeof(key), &key, symbol_compare);
}

/* Whether `symbol` begins like `function`, with "·" (in names of local types) written as ".". */
static bool names_match(const char *function, size_t length, const char *symbol, size_t *ret_used)
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++, used++) {
		bool dot = strncmp(function + i, "\u00b7", 2) == 0;

		if (symbol[used] != (dot ? '.' : function[i]))
			return false;
		i += dot;
	}
	*ret_used = used;
	return true;
}

/*
 * nm spells some names differently: "·" becomes ".", the ABI is appended (".abi0"), and type arguments are
 * written out, while the pclntab has "[...]".
 */
static bool names_agree(const char *function, const char *symbol)
{
	const char *open = strstr(function, "[...]"), *close;
	size_t length = strlen(function), used, tail;

	if (!names_match(function, open ? (size_t)(open - function) + 1 : length, symbol, &used))
		return false;
	symbol += used;
	if (!open)
		return !*symbol || strcmp(symbol, ".abi0") == 0;
	close = strrchr(open, ']');
	tail = strlen(close);
	return strlen(symbol) >= tail && strcmp(close, symbol + strlen(symbol) - tail) == 0;
}

struct tally {
	size_t agree, spelled, wrong, bad, symbols, missing, find;
};

static void function_compare(const struct symbols *symbols, const struct function *function,
			     struct tally *tally)
{
	size_t start = symbols_seek(symbols, function->entry);
	const char *other = "no symbol";

	for (size_t i = start; i < symbols->count && symbols->rows[i].address == function->entry;
	     i++) {
		const struct symbol *symbol = &symbols->rows[i];

		other = symbol->name;
		if (!names_agree(function->name, symbol->name) ||
		    symbol->size > function->end - function->entry)
			continue;
		tally->agree++;
		tally->spelled += strcmp(function->name, symbol->name) != 0;
		return;
	}
	if (tally->wrong++ < 10)
		printf("0x%llx: %s, but the symbol table says %s\n",
		       (unsigned long long)function->entry, function->name, other);
}

/* The symbol of a Go function contains a dot; C code and the linker's marks are not counted. */
static bool symbol_is_go(const struct symbol *symbol)
{
	static const char *const marks[] = { "runtime.text", "runtime.etext" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strcmp(symbol->name, marks[i]) == 0)
			return false;
	return strchr(symbol->name, '.') && symbol->size > 0;
}

static void symbols_compare(const struct symbols *symbols, const struct pclntab *table,
			    struct tally *tally)
{
	struct function function, last;
	size_t next = 1;

	if (!pclntab_at(table, 0, &function) || !pclntab_at(table, pclntab_count(table) - 1, &last))
		return;
	for (size_t i = symbols_seek(symbols, function.entry); i < symbols->count; i++) {
		const struct symbol *symbol = &symbols->rows[i];

		while (function.entry < symbol->address && next < pclntab_count(table))
			pclntab_at(table, next++, &function);
		if (!symbol_is_go(symbol) || symbol->address >= last.end)
			continue;
		tally->symbols++;
		if (function.entry != symbol->address && tally->missing++ < 10)
			printf("0x%llx: symbol %s is no function\n",
			       (unsigned long long)symbol->address, symbol->name);
	}
}

static int compare(const struct image *image, const struct image *stripped, struct error *err)
{
	struct symbols symbols = { 0 };
	struct pclntab *table = NULL;
	struct tally tally = { 0 };
	int result = symbols_load(image, &symbols, err);

	if (result == 0)
		result = pclntab_open(stripped, &table, err);
	for (size_t i = 0; result == 0 && i < pclntab_count(table); i++) {
		struct function function, found;

		if (!pclntab_at(table, i, &function)) {
			tally.bad++;
			continue;
		}
		function_compare(&symbols, &function, &tally);
		/* Each name is found again; if several functions share a name, the first of them is found. */
		if (i % 23 == 0 &&
		    (!pclntab_find(table, function.name, &found) || found.entry > function.entry ||
		     strcmp(found.name, function.name) != 0))
			tally.find++;
	}
	if (result == 0) {
		symbols_compare(&symbols, table, &tally);
		printf("%zu of %zu names and addresses agree (%zu spelled differently, %zu"
		       " unreadable, %zu not found by name); %zu of %zu Go symbols are functions\n",
		       tally.agree, pclntab_count(table), tally.spelled, tally.bad, tally.find,
		       tally.symbols - tally.missing, tally.symbols);
	}
	pclntab_close(table);
	symbols_release(&symbols);
	if (result == 0 && (tally.wrong + tally.bad + tally.find + tally.missing || !tally.agree))
		result = error_fail(err, -1, "pclntab and symbol table disagree");
	return result;
}

int main(int argc, char **argv)
{
	struct image *image = NULL, *stripped = NULL;
	struct error err = { 0 };
	char text[2048];
	int result;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: pclntab_truth BINARY [STRIPPED]\n");
		return 2;
	}
	result = image_open(argv[1], &image, &err);
	if (result == 0)
		result = image_open(argv[argc - 1], &stripped, &err);
	if (result == 0)
		result = compare(image, stripped, &err);
	image_close(stripped);
	image_close(image);
	if (result == 0)
		return 0;
	error_format(&err, text, sizeof(text));
	fprintf(stderr, "pclntab_truth: %s\n", text);
	return 1;
}
