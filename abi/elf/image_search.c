/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "minimum.h"

#define CHUNK ((size_t)256 << 10)

/* Sparse files may claim any size; no Go binary comes near this. */
#define MAX_SEARCH (UINT64_C(1) << 30)
#define MAX_TABLE (UINT64_C(256) << 20)

/* Offsets into .strtab where the text of one name stands, ascending. */
#define MAX_NAMES 1024

struct names {
	uint32_t offsets[MAX_NAMES];
	size_t count;
};

bool image_find_file(const struct image *image, uint64_t offset, uint64_t size, struct bytes needle,
		     size_t align, uint64_t *ret_offset)
{
	uint8_t *chunk;
	bool found = false;

	if (!needle.size || needle.size > CHUNK / 2 || !align || align > CHUNK / 2)
		return false;
	chunk = malloc(maximum(minimum(size, CHUNK), 1));
	for (uint64_t done = 0; chunk && !found && done < size;) {
		size_t length = minimum(size - done, CHUNK);
		size_t hit;

		if (length < needle.size ||
		    image_read(image, offset + done, chunk, length, NULL) < 0)
			break;
		hit = bytes_find((struct bytes){ chunk, length }, 0, needle, align);
		found = hit != SIZE_MAX;
		if (found)
			*ret_offset = offset + done + hit;
		/* The next chunk begins where a needle cut by the end of this one begins. */
		done += length < CHUNK ? length : (CHUNK - needle.size + 1) / align * align;
	}
	free(chunk);
	return found;
}

bool image_find(const struct image *image, struct bytes needle, size_t align, bool writable,
		uint64_t *address)
{
	size_t count;
	const struct segment *segments = image_segments(image, &count), *best = NULL;
	uint64_t best_address = 0, searched = 0;

	if (!align)
		return false;
	/* Segments need not be sorted: the lowest hit of all of them is the next one. */
	for (size_t i = 0; i < count; i++) {
		const struct segment *segment = &segments[i];
		uint64_t from = maximum(*address, segment->address);
		uint64_t start = from - segment->address, offset;

		if ((writable && !segment->writable) || start >= segment->file_size)
			continue;
		start += (align - from % align) % align;
		searched += segment->file_size;
		if (start >= segment->file_size || searched > MAX_SEARCH)
			continue;
		if (best && segment->address + start >= best_address)
			continue;
		if (!image_find_file(image, segment->offset + start, segment->file_size - start,
				     needle, align, &offset))
			continue;
		if (!best || segment->address + (offset - segment->offset) < best_address) {
			best = segment;
			best_address = segment->address + (offset - segment->offset);
		}
	}
	if (best)
		*address = best_address;
	return best != NULL;
}

/*
 * Every place where the table holds `name` and its NUL. Linkers share tails ("text" within
 * "runtime.text"), so any such place may be what a symbol means. More than MAX_NAMES, which only a
 * name of a letter or two can have, are not looked at.
 */
static void names_find(const struct image *image, const struct section *strings, const char *name,
		       struct names *ret_names)
{
	struct bytes needle = { (const uint8_t *)name, strlen(name) + 1 };
	uint64_t offset = strings->offset, end = strings->offset + strings->size;

	ret_names->count = 0;
	while (ret_names->count < MAX_NAMES && offset < end &&
	       image_find_file(image, offset, end - offset, needle, 1, &offset)) {
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

/*
 * Both tables are streamed, never held: .strtab of a 100 MB server is 15 MB. Only offsets are
 * compared, so the scan costs what reading the tables costs.
 */
static bool symbol_find(const struct image *image, const char *table, const char *strings,
			const char *name, Elf64_Sym *ret_symbol)
{
	struct section symbols, text;
	struct names names;
	struct buffer chunk = { 0 };
	bool found = false;

	if (!image_section(image, table, &symbols) || symbols.no_bits ||
	    !image_section(image, strings, &text) || text.no_bits || symbols.size > MAX_TABLE ||
	    text.size > MAX_TABLE)
		return false;
	names_find(image, &text, name, &names);
	if (names.count == 0)
		return false;
	for (uint64_t done = 0; !found && done < symbols.size; done += chunk.size) {
		uint64_t rest = (symbols.size - done) / sizeof(Elf64_Sym) * sizeof(Elf64_Sym);
		uint64_t size = minimum(rest, 4096 * sizeof(Elf64_Sym));
		const Elf64_Sym *symbol;

		buffer_release(&chunk);
		if (!size || image_load_file(image, symbols.offset + done, size, &chunk, NULL) < 0)
			break;
		symbol = (const Elf64_Sym *)(const void *)chunk.data;
		for (size_t i = 0; i < size / sizeof(*symbol) && !found; i++) {
			if (symbol[i].st_shndx == SHN_UNDEF ||
			    !names_have(&names, symbol[i].st_name))
				continue;
			*ret_symbol = symbol[i];
			found = true;
		}
	}
	buffer_release(&chunk);
	return found;
}

bool image_symbol(const struct image *image, const char *name, uint64_t *ret_address,
		  uint64_t *ret_size)
{
	Elf64_Sym symbol;

	if (!symbol_find(image, ".symtab", ".strtab", name, &symbol) &&
	    !symbol_find(image, ".dynsym", ".dynstr", name, &symbol))
		return false;
	if (ret_address)
		*ret_address = symbol.st_value;
	if (ret_size)
		*ret_size = symbol.st_size;
	return true;
}
