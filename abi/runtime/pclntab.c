/* SPDX-License-Identifier: MIT */
#include "pclntab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "minimum.h"
#include "moduledata.h"
#include "pclntab_header.h"

/*
 * Only names, functab and _funcs are loaded, because the pc tables between them are larger than all of these
 * together. Without a section, the end of the table is unknown, but it is not needed: the names end where the
 * next part begins, and the _funcs end a few bytes after the largest offset in the functab.
 */
struct pclntab {
	struct pclntab_header header;
	uint64_t address;
	uint64_t text;		       /* added to entries; 0 if entries are addresses */
	uint64_t code_start, code_end; /* functions outside of this range are rejected */
	struct buffer name_buffer;     /* empty for the format 1.2 */
	struct buffer function_buffer; /* begins with the functab (format 1.2: the header) */
	struct bytes names;	       /* a view of one of the buffers */
	uint64_t functab;	       /* offset in function_buffer */
};

#define MAX_PART (UINT64_C(512) << 20)
#define MAX_CANDIDATES 16
#define MAX_FOLDED 64
#define MAX_NAME 4096 /* as of types, see descriptor.c */

/* Bytes to load after the largest offset, for a _func with the data after it, or for a name. */
#define FUNC_ROOM 4096
#define NAME_ROOM 65536u

static uint64_t field_width(const struct pclntab *table)
{
	return pclntab_field_width(table->header.format);
}

static bool field_at(const struct pclntab *table, struct bytes bytes, uint64_t offset,
		     uint64_t *ret_field)
{
	uint32_t narrow;

	if (field_width(table) == 8)
		return bytes_u64(bytes, offset, ret_field);
	if (!bytes_u32(bytes, offset, &narrow))
		return false;
	*ret_field = narrow;
	return true;
}

/* Reads field `index` of the functab: even fields are entries, odd fields are offsets of _funcs. */
static bool functab_at(const struct pclntab *table, uint64_t index, uint64_t *ret_field)
{
	return field_at(table, buffer_bytes(&table->function_buffer),
			table->functab + index * field_width(table), ret_field);
}

struct bytes pclntab_record(const struct pclntab *table, size_t index)
{
	struct bytes bytes = buffer_bytes(&table->function_buffer);
	uint64_t func;

	if (index >= table->header.count || !functab_at(table, (uint64_t)index * 2 + 1, &func))
		return (struct bytes){ 0 };
	return bytes_slice(bytes, func, bytes.size);
}

static bool name_offset_at(const struct pclntab *table, uint64_t index, uint32_t *ret_offset)
{
	return bytes_u32(pclntab_record(table, index), field_width(table), ret_offset);
}

/* Returns the value after the name in a _func: runtime._func.args. */
static int32_t stack_size_at(const struct pclntab *table, uint64_t index)
{
	uint32_t size;
	bool is_said = bytes_u32(pclntab_record(table, index),
				 field_width(table) + sizeof(uint32_t), &size);

	return is_said ? (int32_t)size : -1;
}

/* Replaces the contents of `buffer` by `size` bytes from `address`, or fewer if the segment ends before. */
static int part_load(const struct image *image, uint64_t address, uint64_t size,
		     struct buffer *buffer, struct error *err)
{
	size = minimum(size, image_extent(image, address));
	buffer_release(buffer);
	return image_load(image, address, minimum(size, MAX_PART), buffer, err);
}

/* Up to 1.15 the names are spread among the _funcs: the last name determines how much to load. */
static int names_load(const struct image *image, struct pclntab *table, uint64_t address,
		      struct error *err)
{
	const struct pclntab_header *header = &table->header;
	uint64_t size = table->function_buffer.size;
	int result;

	if (header->names_end) {
		size = header->names_end - header->names;
		result = part_load(image, address + header->names, size, &table->name_buffer, err);
		table->names = buffer_bytes(&table->name_buffer);
		return result;
	}
	for (uint64_t i = 0; i < header->count; i++) {
		uint32_t offset;

		if (name_offset_at(table, i, &offset))
			size = maximum(size, (uint64_t)offset + NAME_ROOM);
	}
	result = part_load(image, address, size, &table->function_buffer, err);
	table->names = buffer_bytes(&table->function_buffer);
	return result;
}

static int table_load(const struct image *image, struct pclntab *table, uint64_t address,
		      struct error *err)
{
	const struct pclntab_header *header = &table->header;
	uint64_t start = header->format == PCLNTAB_GO_1_2 ? 0 : header->functab;
	uint64_t size, furthest = 0, entry = 0;
	int result;

	table->functab = header->functab - start;
	size = table->functab + (header->count * 2 + 1) * field_width(table);
	result = part_load(image, address + start, size, &table->function_buffer, err);
	for (uint64_t i = 0; result == 0 && i < header->count; i++) {
		uint64_t func = 0;

		functab_at(table, i * 2 + 1, &func);
		if (func < MAX_PART)
			furthest = maximum(furthest, func);
	}
	if (result == 0)
		result = part_load(image, address + start, maximum(furthest + FUNC_ROOM, size),
				   &table->function_buffer, err);
	if (result == 0)
		result = names_load(image, table, address, err);
	if (result < 0)
		return result;
	/* lld writes the addresses of a PIE only into its relocations, and zeros into the table. */
	functab_at(table, 0, &entry);
	if (header->format < PCLNTAB_GO_1_18 && entry == 0)
		image_relocate(image, address + start, &table->function_buffer);
	return 0;
}

/* Tries to load a table. A table is valid if its first function has a name. */
static bool table_try(const struct image *image, struct pclntab *table, uint64_t address)
{
	uint32_t name;
	const char *text;

	if (!pclntab_header_read(image, address, &table->header) ||
	    table_load(image, table, address, NULL) < 0 || !name_offset_at(table, 0, &name))
		return false;
	text = bytes_string(table->names, name);
	return text && *text;
}

/*
 * Finds the table by section, otherwise by its magic: up to Go 1.25 an external linker merges the table of a
 * PIE into .data.rel.ro. All segments are searched, because some linkers put read-only data into the segment
 * of the code.
 */
static int table_find(const struct image *image, struct pclntab *table, uint64_t *ret_address,
		      struct error *err)
{
	static const char *const sections[] = { ".gopclntab", ".data.rel.ro.gopclntab" };
	struct section section;
	int seen = 0;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (!image_section(image, sections[i], &section) || !section.address)
			continue;
		*ret_address = section.address;
		if (table_try(image, table, section.address))
			return 0;
		seen++;
	}
	for (size_t format = PCLNTAB_FORMATS; format-- > 0;) {
		uint8_t magic[8];
		struct bytes needle = { magic, sizeof(magic) };
		uint64_t address = 0;

		pclntab_magic((enum pclntab_format)format, image_machine(image), magic);
		while (seen < MAX_CANDIDATES && image_find(image, needle, 8, false, &address)) {
			*ret_address = address;
			if (table_try(image, table, address))
				return 0;
			seen++;
			address += 8;
		}
	}
	if (seen)
		return error_fail(err, -EBADMSG, "damaged pclntab at address 0x%llx",
				  (unsigned long long)*ret_address);
	return error_fail(err, -ENOENT,
			  "not a Go program: it has no table of Go functions (pclntab)");
}

int pclntab_moduledata(const struct pclntab *table, const struct image *image,
		       struct moduledata *ret_moduledata, struct error *err)
{
	uint64_t first = 0, last = 0;

	functab_at(table, 0, &first);
	functab_at(table, table->header.count * 2, &last);
	return moduledata_find(image, table->address, table->header.format, first, last,
			       ret_moduledata, err);
}

/*
 * Finds the address to which entries are relative since 1.18. The moduledata is the best source: the text
 * start in the header is 0 since 1.26, and in PIEs made by lld. The start of .text is not used: it differs if
 * C code was linked before the Go code. For binaries of Go's own linker the moduledata is always found.
 */
static int text_find(const struct image *image, struct pclntab *table, struct error *err)
{
	struct moduledata moduledata;

	if (table->header.format < PCLNTAB_GO_1_18)
		return 0;
	if (pclntab_moduledata(table, image, &moduledata, NULL) == 0) {
		table->text = moduledata.text;
		return 0;
	}
	table->text = table->header.text_start;
	if (table->text || image_symbol(image, "runtime.text", &table->text, NULL))
		return 0;
	return error_fail(err, -EBADMSG,
			  "pclntab without a text start: no moduledata and no symbol runtime.text");
}

/* Sets the address range of the executable segments. An entry outside of it cannot be a function. */
static void code_bound(const struct image *image, struct pclntab *table)
{
	size_t count;
	const struct segment *segments = image_segments(image, &count);

	table->code_start = UINT64_MAX;
	for (size_t i = 0; i < count; i++) {
		uint64_t end = segments[i].address + segments[i].file_size;

		if (!segments[i].executable)
			continue;
		table->code_start = minimum(table->code_start, segments[i].address);
		table->code_end = maximum(table->code_end, end);
	}
}

int pclntab_open(const struct image *image, struct pclntab **ret_table, struct error *err)
{
	struct pclntab *table = calloc(1, sizeof(*table));
	int result;

	if (!table)
		return error_fail(err, -ENOMEM, "out of memory");
	result = table_find(image, table, &table->address, err);
	if (result == 0)
		result = text_find(image, table, err);
	if (result < 0) {
		pclntab_close(table);
		return result;
	}
	code_bound(image, table);
	*ret_table = table;
	return 0;
}

void pclntab_close(struct pclntab *table)
{
	if (!table)
		return;
	buffer_release(&table->name_buffer);
	buffer_release(&table->function_buffer);
	free(table);
}

enum pclntab_format pclntab_format(const struct pclntab *table)
{
	return table->header.format;
}

size_t pclntab_count(const struct pclntab *table)
{
	return table->header.count;
}

/*
 * Finds the end of a function: the next different entry. Functions that a linker merged have the same entry
 * and share the code after it.
 */
static bool end_of(const struct pclntab *table, size_t index, uint64_t entry, uint64_t *ret_end)
{
	size_t most = minimum(table->header.count - index, MAX_FOLDED);

	for (size_t i = 1; i <= most; i++) {
		if (!functab_at(table, (uint64_t)(index + i) * 2, ret_end))
			return false;
		if (*ret_end != entry)
			break;
	}
	return true;
}

/* Functions may share a name: without a limit, looking for the end of a long one for each would take hours. */
static const char *function_name_at(const struct pclntab *table, uint32_t offset)
{
	return bytes_string(bytes_slice(table->names, offset, MAX_NAME), 0);
}

bool pclntab_at(const struct pclntab *table, size_t index, struct function *ret_function)
{
	struct function function;
	uint32_t name;

	if (index >= table->header.count || !name_offset_at(table, index, &name) ||
	    !functab_at(table, (uint64_t)index * 2, &function.entry) ||
	    !end_of(table, index, function.entry, &function.end))
		return false;
	function.entry += table->text;
	function.end += table->text;
	function.name = function_name_at(table, name);
	function.stack_size = stack_size_at(table, index);
	if (!function.name || function.entry < table->code_start || function.end < function.entry ||
	    function.end > table->code_end)
		return false;
	*ret_function = function;
	return true;
}

bool pclntab_next(const struct pclntab *table, size_t *index, struct function *ret_function)
{
	while (*index < table->header.count && !pclntab_at(table, *index, ret_function))
		++*index;
	return *index < table->header.count;
}

struct bytes pclntab_names(const struct pclntab *table)
{
	return table->names;
}

int pclntab_load_pc_tables(const struct pclntab *table, const struct image *image,
			   struct buffer *ret_buffer, struct error *err)
{
	const struct pclntab_header *header = &table->header;
	uint64_t size = image_extent(image, table->address), start = header->pc_tables;

	/* Since 1.16 the functab is after the names and the pc tables. */
	if (header->functab > start && header->format >= PCLNTAB_GO_1_16)
		size = header->functab;
	if (start >= size)
		return error_fail(err, -EBADMSG, "damaged pclntab: no pc tables");
	*ret_buffer = (struct buffer){ 0 };
	return part_load(image, table->address + start, size - start, ret_buffer, err);
}

/* The places at which a name is found among the names, in their order. */
struct name_places {
	size_t count;
	size_t at[MAX_CANDIDATES];
};

/* Looks from `from` on, for at most `most` places. */
static struct name_places find_places(const struct pclntab *table, const char *name, size_t from,
				      size_t most)
{
	struct bytes needle = { (const uint8_t *)name, strlen(name) + 1 };
	struct name_places places = { 0 };

	for (size_t at = from; places.count < most; at++) {
		at = bytes_find(table->names, at, needle, 1);
		if (at == SIZE_MAX)
			break;
		/* Since 1.16 names follow each other; up to 1.15 other data may precede a name. */
		if (at > 0 && table->names.data[at - 1] && table->header.names_end)
			continue;
		places.at[places.count++] = at;
	}
	return places;
}

/* Returns the number of the place with this offset; `count` if there is none. */
static size_t place_of_name(const struct name_places *places, uint32_t offset)
{
	size_t i = 0;

	while (i < places->count && places->at[i] != offset)
		i++;
	return i;
}

/* Finds the function whose name is at the first of the places that any function has. */
static bool find_by_places(const struct pclntab *table, struct name_places places,
			   struct function *ret_function)
{
	bool found = false;

	for (uint64_t i = 0; places.count && i < table->header.count; i++) {
		size_t place;
		uint32_t offset;

		if (!name_offset_at(table, i, &offset))
			continue;
		place = place_of_name(&places, offset);
		if (place < places.count && pclntab_at(table, i, ret_function)) {
			places.count = place;
			found = true;
		}
	}
	return found;
}

/* A name may exist without a function, if all its calls were inlined: then all later places are tried at once. */
bool pclntab_find(const struct pclntab *table, const char *name, struct function *ret_function)
{
	struct name_places first = find_places(table, name, 0, 1);

	if (first.count == 0)
		return false;
	return find_by_places(table, first, ret_function) ||
	       find_by_places(table, find_places(table, name, first.at[0] + 1, MAX_CANDIDATES - 1),
			      ret_function);
}
