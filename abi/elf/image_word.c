/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <elf.h>
#include <string.h>

#include "minimum.h"

/*
 * Relative relocations, which the dynamic loader applies to a PIE: the entries of DT_RELA. They are found
 * through PT_DYNAMIC, so section headers are not needed. DT_RELR is not read, since its addends are in the
 * relocated words themselves. The entries are read in chunks: a large PIE has 24 MB of them.
 */
#define CHUNK_ENTRIES 4096
#define MAX_DYNAMIC 65536u

/* Ten times the number in the largest binaries; a sparse file may claim any number. */
#define MAX_RELOCATIONS (UINT64_C(10) << 20)

struct relocations {
	const struct image *image;
	uint64_t address, remaining;
	uint32_t relative; /* relocation type of "load bias + addend" */
	struct buffer chunk;
	size_t next, count; /* within the chunk */
};

static void relocations_close(struct relocations *relocations)
{
	buffer_release(&relocations->chunk);
}

bool image_dynamic_value(const struct image *image, uint64_t tag, uint64_t *ret_value)
{
	struct segment dynamic;
	struct buffer buffer;
	struct bytes entries;
	uint64_t found, value;
	bool has = false;

	if (!image_dynamic(image, &dynamic) || dynamic.file_size > MAX_DYNAMIC ||
	    image_load_file(image, dynamic.offset, dynamic.file_size, &buffer, NULL) < 0)
		return false;
	entries = buffer_bytes(&buffer);
	for (uint64_t at = 0; !has && bytes_u64(entries, at, &found) && found != DT_NULL &&
			      bytes_u64(entries, at + 8, &value);
	     at += 16)
		has = found == tag;
	buffer_release(&buffer);
	if (has)
		*ret_value = value;
	return has;
}

/* Returns false if the image has no relocations. */
static bool relocations_open(struct relocations *relocations, const struct image *image)
{
	uint64_t size, extent;

	*relocations = (struct relocations){ .image = image };
	if (!image_dynamic_value(image, DT_RELA, &relocations->address) ||
	    !image_dynamic_value(image, DT_RELASZ, &size))
		return false;
	extent = image_extent(image, relocations->address);
	relocations->remaining = minimum(size, extent) / sizeof(Elf64_Rela);
	if (relocations->remaining > MAX_RELOCATIONS)
		relocations->remaining = MAX_RELOCATIONS;
	if (!relocations->address || !relocations->remaining)
		return false;
	relocations->relative = image_machine(image) == MACHINE_AMD64 ? R_X86_64_RELATIVE :
									R_AARCH64_RELATIVE;
	return true;
}

/* Reads the next relative relocation; returns false at the end. */
static bool relocations_next(struct relocations *relocations, Elf64_Rela *ret_relocation)
{
	for (;;) {
		const Elf64_Rela *entries;

		if (relocations->next == relocations->count) {
			uint64_t rest = relocations->remaining;
			size_t count = minimum(rest, CHUNK_ENTRIES);

			buffer_release(&relocations->chunk);
			if (!count ||
			    image_load(relocations->image, relocations->address,
				       count * sizeof(*entries), &relocations->chunk, NULL) < 0)
				return false;
			relocations->address += count * sizeof(*entries);
			relocations->remaining -= count;
			relocations->count = count;
			relocations->next = 0;
		}
		entries = (const Elf64_Rela *)(const void *)relocations->chunk.data;
		entries += relocations->next++;
		if (ELF64_R_TYPE(entries->r_info) != relocations->relative)
			continue;
		*ret_relocation = *entries;
		return true;
	}
}

void image_relocate(const struct image *image, uint64_t address, struct buffer *buffer)
{
	struct relocations relocations;
	Elf64_Rela relocation;

	if (!relocations_open(&relocations, image))
		return;
	while (relocations_next(&relocations, &relocation)) {
		/* wraps to a very large value if below `address` */
		uint64_t at = relocation.r_offset - address;
		uint64_t value = (uint64_t)relocation.r_addend;

		if (at < buffer->size && buffer->size - at >= sizeof(value))
			memcpy(buffer->data + at, &value, sizeof(value));
	}
	relocations_close(&relocations);
}

int image_word(const struct image *image, uint64_t address, uint64_t *ret_word, struct error *err)
{
	struct buffer buffer;
	uint64_t word = 0;
	int result = image_load(image, address, sizeof(word), &buffer, err);

	if (result < 0)
		return result;
	bytes_u64(buffer_bytes(&buffer), 0, &word);
	if (word == 0) {
		image_relocate(image, address, &buffer);
		bytes_u64(buffer_bytes(&buffer), 0, &word);
	}
	buffer_release(&buffer);
	*ret_word = word;
	return 0;
}

/* Finds the lowest relocated word at or after `*address` whose addend is `word`. */
static bool relocations_find(const struct image *image, uint64_t word, uint64_t *address)
{
	struct relocations relocations;
	Elf64_Rela relocation;
	uint64_t best = UINT64_MAX;

	if (!relocations_open(&relocations, image))
		return false;
	while (relocations_next(&relocations, &relocation))
		if ((uint64_t)relocation.r_addend == word && relocation.r_offset >= *address &&
		    relocation.r_offset < best)
			best = relocation.r_offset;
	relocations_close(&relocations);
	if (best == UINT64_MAX)
		return false;
	*address = best;
	return true;
}

bool image_find_word(const struct image *image, uint64_t word, uint64_t *address)
{
	uint8_t little[8];
	uint64_t in_file = *address, relocated = *address;
	bool file_hit, relocation_hit;

	for (size_t i = 0; i < sizeof(little); i++)
		little[i] = (uint8_t)(word >> (8 * i));
	file_hit = image_find(image, (struct bytes){ little, sizeof(little) }, 8, true, &in_file);
	relocation_hit = relocations_find(image, word, &relocated);
	if (!file_hit && !relocation_hit)
		return false;
	if (!relocation_hit || (file_hit && in_file < relocated))
		*address = in_file;
	else
		*address = relocated;
	return true;
}
