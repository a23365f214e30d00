/* SPDX-License-Identifier: MIT */
#include "debug_sections.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAX_SECTION (UINT64_C(256) << 20)
#define MAX_TOTAL (UINT64_C(512) << 20)

/* "ZLIB" and the size, big-endian, as Go's linker wrote it up to 1.18. */
#define OLD_HEAD 12

/* No input of deflate becomes more than 1,032 times as long (zlib.net/zlib_tech.html). */
#define MAX_RATIO 1032

/* A read a few bytes beyond the end of a section, by whoever parses it, meets zeros. */
#define PADDING 64

static const char *const names[] = {
	[DEBUG_SECTION_INFO] = ".debug_info",
	[DEBUG_SECTION_ABBREV] = ".debug_abbrev",
	[DEBUG_SECTION_STR] = ".debug_str",
	[DEBUG_SECTION_LINE_STR] = ".debug_line_str",
	[DEBUG_SECTION_STR_OFFSETS] = ".debug_str_offsets",
	[DEBUG_SECTION_ADDR] = ".debug_addr",
	[DEBUG_SECTION_RANGES] = ".debug_ranges",
	[DEBUG_SECTION_RNGLISTS] = ".debug_rnglists",
	[DEBUG_SECTION_LOC] = ".debug_loc",
	[DEBUG_SECTION_LOCLISTS] = ".debug_loclists",
};

const char *debug_section_name(enum debug_section which)
{
	return names[which];
}

uint64_t debug_section_size(const struct debug_sections *sections, enum debug_section which)
{
	return sections->sections[which].size;
}

static uint64_t big_endian(const uint8_t *data)
{
	uint64_t number = 0;

	for (size_t i = 0; i < 8; i++)
		number = number << 8 | data[i];
	return number;
}

/* How large a compressed section says it is; 0 when it is none that can be read. */
static uint64_t claimed_size(const struct image *image, const struct section *section, bool old,
			     uint64_t *ret_head)
{
	Elf64_Chdr header = { 0 };
	uint8_t mark[OLD_HEAD];

	if (old) {
		*ret_head = OLD_HEAD;
		if (section->size < OLD_HEAD ||
		    image_read(image, section->offset, mark, OLD_HEAD, NULL) < 0 ||
		    memcmp(mark, "ZLIB", 4) != 0)
			return 0;
		return big_endian(mark + 4);
	}
	*ret_head = sizeof(header);
	if (section->size < sizeof(header) ||
	    image_read(image, section->offset, &header, sizeof(header), NULL) < 0 ||
	    header.ch_type != ELFCOMPRESS_ZLIB)
		return 0;
	return header.ch_size;
}

static void section_find(struct debug_sections *sections, enum debug_section which, uint64_t *total)
{
	struct section section;
	uint64_t size, head = 0;
	char old_name[32];
	bool old;

	snprintf(old_name, sizeof(old_name), ".z%s", names[which] + 1);
	old = !image_section(sections->image, names[which], &section);
	if ((old && !image_section(sections->image, old_name, &section)) || section.no_bits)
		return;
	size = section.size;
	if (old || section.compressed) {
		size = claimed_size(sections->image, &section, old, &head);
		if (section.size < head || size / MAX_RATIO > section.size - head)
			return;
	}
	if (size > MAX_SECTION || size > MAX_TOTAL - *total)
		return;
	*total += size;
	sections->sections[which].offset = section.offset;
	sections->sections[which].stored = section.size;
	sections->sections[which].size = size;
	sections->sections[which].head = head;
}

void debug_sections_init(struct debug_sections *sections, const struct image *image)
{
	uint64_t total = 0;

	*sections = (struct debug_sections){ .image = image };
	for (size_t i = 0; i < DEBUG_SECTIONS; i++)
		section_find(sections, (enum debug_section)i, &total);
}

void debug_sections_finish(struct debug_sections *sections)
{
	for (size_t i = 0; i < DEBUG_SECTIONS; i++)
		buffer_release(&sections->sections[i].buffer);
}

static int inflate_into(struct buffer *buffer, const uint8_t *data, uint64_t size)
{
	uLongf length = (uLongf)buffer->size;

	if (uncompress(buffer->data, &length, data, (uLong)size) != Z_OK || length != buffer->size)
		return -EBADMSG;
	return 0;
}

/* What is stored, as it is or decompressed. */
static int section_read(const struct debug_sections *sections, enum debug_section which,
			struct buffer *buffer)
{
	uint64_t offset = sections->sections[which].offset, head = sections->sections[which].head;
	uint64_t stored = sections->sections[which].stored;
	struct buffer packed;
	int r;

	if (!head)
		return image_read(sections->image, offset, buffer->data, buffer->size, NULL);
	r = image_load_file(sections->image, offset + head, stored - head, &packed, NULL);
	if (r < 0)
		return r;
	r = inflate_into(buffer, packed.data, packed.size);
	buffer_release(&packed);
	return r;
}

int debug_section_load(struct debug_sections *sections, enum debug_section which,
		       struct bytes *ret_bytes, struct error *err)
{
	struct buffer *kept = &sections->sections[which].buffer, buffer = { 0 };
	int r;

	if (!kept->data && sections->sections[which].size) {
		buffer.size = (size_t)sections->sections[which].size;
		buffer.data = malloc(buffer.size + PADDING);
		if (!buffer.data)
			return error_fail(err, -ENOMEM, "no memory for %s", names[which]);
		memset(buffer.data + buffer.size, 0, PADDING);
		r = section_read(sections, which, &buffer);
		if (r < 0) {
			buffer_release(&buffer);
			return error_fail(err, -EBADMSG, "damaged DWARF: %s cannot be read",
					  names[which]);
		}
		*kept = buffer;
	}
	*ret_bytes = buffer_bytes(kept);
	return 0;
}
