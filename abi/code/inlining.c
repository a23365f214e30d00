/* SPDX-License-Identifier: MIT */
#include "inlining.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "function_set.h"
#include "minimum.h"
#include "moduledata.h"

/*
 * A _func is followed by two arrays (runtime/runtime2.go, src/runtime/symtab.go):
 *
 *	pcdata	  u32 each: offset of a table in the pc tables, 0: no table. Table number 2 gives for each
 *		  address the index of the innermost inlined call that contains it
 *	funcdata  a pointer each, aligned to 8; since 1.18 a u32 each, relative to moduledata.gofunc.
 *		  Number `tree` is the array of inlined calls (type inlinedCall)
 *
 * The length of this array is not stored: it is the largest index in table number 2, plus one.
 */
static const struct record_row {
	uint8_t pcdata_count, funcdata_count; /* offsets of these counts, a u32 and a u8 */
	uint8_t arrays;
	uint8_t tree;
	bool pointers;
	uint8_t call_size, call_name; /* size of an inlined call, offset of its name */
} rows[] = {
	/* Since 1.13. */
	[PCLNTAB_GO_1_2] = { 32, 39, 40, 4, true, 20, 12 },
	[PCLNTAB_GO_1_16] = { 32, 43, 44, 3, true, 20, 12 },
	[PCLNTAB_GO_1_18] = { 28, 39, 40, 3, false, 20, 12 },
	[PCLNTAB_GO_1_20] = { 28, 43, 44, 3, false, 16, 4 },
};

#define PCDATA_TREE_INDEX 2
#define NO_FUNCDATA UINT32_MAX

#define MAX_CALLS (1u << 16)
/*
 * Limit on the steps and calls that are read. A server of 100 MB has 6 million, but functions of a damaged
 * binary may share tables.
 */
#define MAX_WORK (1u << 25)
#define MAX_NAMES (1u << 20)

/* The offset of a wanted name in the name table. */
struct wanted {
	uint64_t offset;
	size_t index;
};

/* One of the wanted names. */
struct name_row {
	const char *name;
	size_t index;  /* index in the caller's names */
	size_t result; /* index of its result */
};

struct search {
	const struct image *image;
	const struct pclntab *table;
	const struct record_row *row;
	struct buffer steps;
	uint64_t gofunc, work;
	struct name_row *names; /* by name */
	struct wanted *wanted;	/* by offset */
	size_t wanted_count;
	size_t *last_caller; /* for each result: index of the last caller, plus one */
};

static int name_compare(const void *a, const void *b)
{
	const struct name_row *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int wanted_compare(const void *a, const void *b)
{
	const struct wanted *left = a, *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static int wanted_append(struct search *search, uint64_t offset, size_t index)
{
	struct wanted *wanted;

	if (search->wanted_count >= MAX_NAMES)
		return -E2BIG;
	wanted = array_grow(search->wanted, search->wanted_count, sizeof(*wanted));
	if (!wanted)
		return -ENOMEM;
	search->wanted = wanted;
	wanted[search->wanted_count++] = (struct wanted){ offset, index };
	return 0;
}

/* Since Go 1.16, the names follow each other, and instances of generic functions may share a name. */
static int places_in_list(struct search *search, size_t count)
{
	struct bytes bytes = pclntab_names(search->table);
	int r = 0;

	for (uint64_t at = 0; r == 0 && at < bytes.size;) {
		struct name_row key = { .name = bytes_string(bytes, at) };
		const struct name_row *found;

		if (!key.name)
			break;
		found = bsearch(&key, search->names, count, sizeof(key), name_compare);
		if (found)
			r = wanted_append(search, at, found->result);
		at += strlen(key.name) + 1;
	}
	return r;
}

/* Before Go 1.16, the names are spread over the table, each once. */
static int places_by_search(struct search *search, size_t count)
{
	struct bytes bytes = pclntab_names(search->table);
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const char *name = search->names[i].name;
		struct bytes needle = { (const uint8_t *)name, strlen(name) + 1 };
		size_t at = bytes_find(bytes, 0, needle, 1);

		if (search->names[i].result != search->names[i].index)
			continue;
		/* A match may also be the end of a longer name. */
		for (int tried = 0; r == 0 && at != SIZE_MAX && tried < 16; tried++) {
			r = wanted_append(search, at, search->names[i].result);
			at = bytes_find(bytes, at + 1, needle, 1);
		}
	}
	return r;
}

/* Equal names share the result of the first one. */
static void names_unite(struct search *search, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (name_compare(&search->names[i - 1], &search->names[i]) == 0)
			search->names[i].result = search->names[i - 1].result;
}

static int names_place(struct search *search, const char *const *names, size_t count)
{
	int r;

	search->names = calloc(count, sizeof(*search->names));
	if (!search->names)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		search->names[i] = (struct name_row){ names[i], i, i };
	qsort(search->names, count, sizeof(*search->names), name_compare);
	names_unite(search, count);
	r = pclntab_format(search->table) >= PCLNTAB_GO_1_16 ? places_in_list(search, count) :
							       places_by_search(search, count);
	if (search->wanted_count)
		qsort(search->wanted, search->wanted_count, sizeof(*search->wanted),
		      wanted_compare);
	return r;
}

static const struct wanted *wanted_at(const struct search *search, uint64_t offset)
{
	const struct wanted key = { .offset = offset };

	size_t at = array_lower_bound(search->wanted, search->wanted_count, sizeof(key), &key,
				      wanted_compare);

	if (at == search->wanted_count || search->wanted[at].offset != offset)
		return NULL;
	return &search->wanted[at];
}

/*
 * Returns the greatest value of the table at `offset` of the pc tables, plus one. Each step consists of a
 * zigzag-encoded difference of the value and a difference of the address; the first value is relative to -1.
 */
static uint64_t call_count(struct search *search, uint64_t offset)
{
	struct bytes steps = buffer_bytes(&search->steps);
	int64_t value = -1, greatest = -1;
	uint64_t delta, ignored;

	for (bool first = true; bytes_uvarint(steps, &offset, &delta); first = false) {
		if (delta == 0 && !first)
			break;
		value += (int32_t)(-(delta & 1) ^ (delta >> 1));
		if (value > greatest)
			greatest = value;
		if (!bytes_uvarint(steps, &offset, &ignored) || greatest >= MAX_CALLS ||
		    search->work++ > MAX_WORK)
			break;
	}
	return greatest < MAX_CALLS ? (uint64_t)(greatest + 1) : 0;
}

/*
 * Returns the number of inlined calls in a function; stores the address of the array of calls if the number
 * is not 0.
 */
static uint64_t calls_find(struct search *search, size_t function, uint64_t *ret_address)
{
	const struct record_row *row = search->row;
	struct bytes record = pclntab_record(search->table, function);
	uint32_t pcdata_count = 0, steps = 0, offset = NO_FUNCDATA;
	uint8_t funcdata_count = 0;
	uint64_t funcdata, address = 0;

	if (!bytes_u32(record, row->pcdata_count, &pcdata_count) ||
	    !bytes_u8(record, row->funcdata_count, &funcdata_count) ||
	    pcdata_count <= PCDATA_TREE_INDEX || funcdata_count <= row->tree ||
	    !bytes_u32(record, row->arrays + 4 * PCDATA_TREE_INDEX, &steps) || !steps)
		return 0;
	funcdata = row->arrays + 4 * (uint64_t)pcdata_count;
	if (row->pointers) {
		/* A _func is aligned, so aligned offsets in it are aligned addresses. */
		funcdata = (funcdata + 7) / 8 * 8;
		bytes_u64(record, funcdata + 8u * row->tree, &address);
	} else if (bytes_u32(record, funcdata + 4u * row->tree, &offset) && offset != NO_FUNCDATA) {
		address = search->gofunc + offset;
	}
	*ret_address = address;
	return address ? call_count(search, steps) : 0;
}

static void caller_note(struct search *search, const struct wanted *wanted, size_t function,
			struct inlined *inlined)
{
	size_t *last = &search->last_caller[wanted->index];

	inlined += wanted->index;
	if (*last == function + 1)
		return;
	*last = function + 1;
	if (inlined->caller_count < INLINING_MAX_CALLERS &&
	    !pclntab_at(search->table, function, &inlined->callers[inlined->caller_count]))
		return;
	inlined->caller_count++;
}

static void function_scan(struct search *search, size_t function, struct inlined *inlined)
{
	const struct record_row *row = search->row;
	uint64_t address, count = calls_find(search, function, &address);
	const struct wanted *wanted;
	struct buffer calls;
	uint32_t name;

	if (!count)
		return;
	count = minimum(count, image_extent(search->image, address) / row->call_size);
	search->work += count;
	if (image_load(search->image, address, count * row->call_size, &calls, NULL) < 0)
		return;
	for (uint64_t i = 0; i < count; i++) {
		if (!bytes_u32(buffer_bytes(&calls), i * row->call_size + row->call_name, &name))
			break;
		wanted = wanted_at(search, name);
		if (wanted)
			caller_note(search, wanted, function, inlined);
	}
	buffer_release(&calls);
}

static int tables_load(struct search *search, const struct go_version *version, struct error *err)
{
	struct moduledata moduledata;
	struct module_parts parts;
	int r = 0;

	if (version->number < GO_VERSION(13, 0))
		return error_fail(err, -ENODATA, "the calls inlined into %s are not known",
				  version->text);
	if (!search->row->pointers) {
		r = pclntab_moduledata(search->table, search->image, &moduledata, err);
		if (r == 0)
			r = module_parts_read(search->image, &moduledata, version, &parts, err);
		if (r < 0)
			return r;
		search->gofunc = parts.gofunc;
	}
	return pclntab_load_pc_tables(search->table, search->image, &search->steps, err);
}

static int functions_scan(struct search *search, struct inlined *inlined, struct error *err)
{
	for (size_t i = 0; i < pclntab_count(search->table); i++) {
		function_scan(search, i, inlined);
		if (search->work > MAX_WORK)
			return error_fail(err, -E2BIG, "damaged pclntab: too many inlined calls");
	}
	return 0;
}

int inlining_find(const struct image *image, const struct pclntab *table,
		  const struct go_version *version, const char *const *names, size_t count,
		  struct inlined *ret_inlined, struct error *err)
{
	struct search search = {
		.image = image,
		.table = table,
		.row = &rows[pclntab_format(table)],
	};
	struct inlined *inlined;
	int r;

	if (count == 0)
		return 0;
	inlined = calloc(count, sizeof(*inlined));
	search.last_caller = calloc(count, sizeof(*search.last_caller));
	r = inlined && search.last_caller ? names_place(&search, names, count) : -ENOMEM;
	if (r < 0)
		r = error_fail(err, r,
			       r == -E2BIG ? "too many functions were inlined" : "out of memory");
	if (r == 0 && search.wanted_count)
		r = tables_load(&search, version, err);
	if (r == 0 && search.wanted_count)
		r = functions_scan(&search, inlined, err);
	for (size_t i = 0; r == 0 && i < count; i++)
		ret_inlined[search.names[i].index] = inlined[search.names[i].result];
	buffer_release(&search.steps);
	free(search.names);
	free(search.wanted);
	free(search.last_caller);
	free(inlined);
	return r;
}

void inlined_format(const struct inlined *inlined, char *text, size_t size)
{
	size_t used = 0, named = minimum(inlined->caller_count, INLINING_MAX_CALLERS);

	text[0] = '\0';
	for (size_t i = 0; i < named && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
					 inlined->callers[i].name);
	if (inlined->caller_count > named && used < size)
		snprintf(text + used, size - used, " and %zu others",
			 inlined->caller_count - named);
}

/*
 * Returns the first name that matches the pattern. It may be the name of a function that exists only inlined.
 * Before Go 1.16, returns the pattern, which is then taken for an exact name.
 */
static const char *unique_name_find(const struct pclntab *table, const char *pattern)
{
	struct bytes bytes = pclntab_names(table);

	if (pclntab_format(table) < PCLNTAB_GO_1_16)
		return pattern;
	for (uint64_t at = 0; at < bytes.size;) {
		const char *name = bytes_string(bytes, at);

		if (!name)
			break;
		if (function_pattern_matches(pattern, name))
			return name;
		at += strlen(name) + 1;
	}
	return NULL;
}

int inlining_explain(const struct image *image, const struct pclntab *table,
		     const struct go_version *version, const char *pattern, struct error *err)
{
	const char *name = unique_name_find(table, pattern);
	struct inlined inlined;
	char callers[512];

	if (!name || inlining_find(image, table, version, &name, 1, &inlined, NULL) < 0 ||
	    inlined.caller_count == 0)
		return 0;
	inlined_format(&inlined, callers, sizeof(callers));
	error_fail(err, -ENOENT, "function %s is inlined everywhere: into %s", name, callers);
	error_hint(err, "trace the callers, or build with -gcflags=-l");
	return -ENOENT;
}
