/* SPDX-License-Identifier: MIT */
#include "debug_sections.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define MAX_SECTION (UINT64_C(256) << 20)
#define MAX_TOTAL (UINT64_C(512) << 20)

/* Size of the header of .zdebug_*: "ZLIB" and the size, big-endian, as Go's linker wrote it up to 1.18. */
#define OLD_HEAD 12

/* Deflate expands its input at most 1,032 times (zlib.net/zlib_tech.html). A block of zstd has at least four
 * bytes and is decompressed to at most 128 KiB (RFC 8878, section 3.1.1.2). */
#define ZLIB_MAX_RATIO 1032
#define ZSTD_MAX_RATIO 32768

/* The value of ch_type. glibc defines ELFCOMPRESS_ZSTD since 2.38. */
#define COMPRESSED_BY_ZSTD 2

/* Zeros behind each section, for parsers that read a few bytes beyond its end. */
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

/* How a section is stored: compression, size of the compression header, and claimed size of the content. */
struct storage {
	enum compression compression;
	uint64_t head, size;
};

static int read_old_header(const struct image *image, const struct section *section,
			   struct storage *ret_storage, struct error *err)
{
	uint8_t mark[OLD_HEAD];

	if (section->size < OLD_HEAD ||
	    image_read(image, section->offset, mark, OLD_HEAD, NULL) < 0 ||
	    memcmp(mark, "ZLIB", 4) != 0)
		return error_fail(err, -EBADMSG, "damaged compression header");
	*ret_storage = (struct storage){ COMPRESSION_ZLIB, OLD_HEAD, big_endian(mark + 4) };
	return 0;
}

static int read_header(const struct image *image, const struct section *section,
		       struct storage *ret_storage, struct error *err)
{
	Elf64_Chdr header = { 0 };
	enum compression compression;

	if (section->size < sizeof(header) ||
	    image_read(image, section->offset, &header, sizeof(header), NULL) < 0)
		return error_fail(err, -EBADMSG, "damaged compression header");
	if (header.ch_type == ELFCOMPRESS_ZLIB)
		compression = COMPRESSION_ZLIB;
	else if (header.ch_type == COMPRESSED_BY_ZSTD)
		compression = COMPRESSION_ZSTD;
	else
		return error_fail(err, -ENOTSUP,
				  "compressed by method %u, which is neither zlib (1) nor zstd (2)",
				  (unsigned int)header.ch_type);
	*ret_storage = (struct storage){ compression, sizeof(header), header.ch_size };
	return 0;
}

/* Returns whether `stored` bytes can have the claimed size when decompressed; if not, nothing is allocated. */
static bool is_possible(const struct storage *storage, uint64_t stored)
{
	uint64_t ratio = storage->compression == COMPRESSION_ZSTD ? ZSTD_MAX_RATIO : ZLIB_MAX_RATIO;

	return storage->size / ratio <= stored - storage->head;
}

static int find_storage(const struct image *image, const struct section *section, bool old,
			struct storage *ret_storage, struct error *err)
{
	struct storage storage = { COMPRESSION_NONE, 0, section->size };
	int r = 0;

	if (old)
		r = read_old_header(image, section, &storage, err);
	else if (section->compressed)
		r = read_header(image, section, &storage, err);
	if (r < 0)
		return r;
	if (storage.compression && !is_possible(&storage, section->size))
		return error_fail(err, -EBADMSG,
				  "its %llu bytes cannot be decompressed to the %llu it claims",
				  (unsigned long long)section->size,
				  (unsigned long long)storage.size);
	*ret_storage = storage;
	return 0;
}

static int section_find(struct debug_sections *sections, enum debug_section which, uint64_t *total,
			struct error *err)
{
	struct section section;
	struct storage storage = { 0 };
	char old_name[32];
	bool old;
	int r;

	snprintf(old_name, sizeof(old_name), ".z%s", names[which] + 1);
	old = !image_section(sections->image, names[which], &section);
	if ((old && !image_section(sections->image, old_name, &section)) || section.no_bits)
		return 0;
	r = find_storage(sections->image, &section, old, &storage, err);
	if (r < 0)
		return r;
	if (storage.size > MAX_SECTION || storage.size > MAX_TOTAL - *total)
		return error_fail(err, -E2BIG, "larger than any real binary's");
	*total += storage.size;
	sections->sections[which].offset = section.offset;
	sections->sections[which].stored = section.size;
	sections->sections[which].size = storage.size;
	sections->sections[which].head = storage.head;
	sections->sections[which].compression = storage.compression;
	return 0;
}

int debug_sections_init(struct debug_sections *sections, const struct image *image,
			struct error *err)
{
	uint64_t total = 0;
	int result = 0;

	*sections = (struct debug_sections){ .image = image };
	for (size_t i = 0; i < DEBUG_SECTIONS; i++) {
		struct error why = { 0 };
		int r = section_find(sections, (enum debug_section)i, &total, &why);

		if (r < 0 && result == 0 && i <= DEBUG_SECTION_STR)
			result = error_fail(err, r, "the DWARF section %s cannot be read: %s",
					    names[i], why.what);
	}
	return result;
}

void debug_sections_finish(struct debug_sections *sections)
{
	for (size_t i = 0; i < DEBUG_SECTIONS; i++)
		buffer_release(&sections->sections[i].buffer);
}

static bool inflate_into(struct buffer *buffer, const struct buffer *packed)
{
	uLongf length = (uLongf)buffer->size;

	return uncompress(buffer->data, &length, packed->data, (uLong)packed->size) == Z_OK &&
	       length == buffer->size;
}

/* ZSTD_decompress() uses the buffer as its window: the sizes that a frame claims cause no allocations. */
static bool unzstd_into(struct buffer *buffer, const struct buffer *packed)
{
	size_t length = ZSTD_decompress(buffer->data, buffer->size, packed->data, packed->size);

	return !ZSTD_isError(length) && length == buffer->size;
}

/* Reads a section into `buffer`, and decompresses it if needed. */
static int section_read(const struct debug_sections *sections, enum debug_section which,
			struct buffer *buffer)
{
	uint64_t offset = sections->sections[which].offset, head = sections->sections[which].head;
	uint64_t stored = sections->sections[which].stored;
	enum compression compression = sections->sections[which].compression;
	struct buffer packed;
	bool whole;
	int r;

	if (compression == COMPRESSION_NONE)
		return image_read(sections->image, offset, buffer->data, buffer->size, NULL);
	r = image_load_file(sections->image, offset + head, stored - head, &packed, NULL);
	if (r < 0)
		return r;
	whole = compression == COMPRESSION_ZSTD ? unzstd_into(buffer, &packed) :
						  inflate_into(buffer, &packed);
	buffer_release(&packed);
	return whole ? 0 : -EBADMSG;
}

static int load_failed(struct debug_sections *sections, enum debug_section which, int code,
		       struct error *err)
{
	if (code == -ENOMEM) {
		sections->lacked_memory = true;
		return error_fail(err, code, "no memory for %s", names[which]);
	}
	return error_fail(err, -EBADMSG, "damaged DWARF: %s cannot be read", names[which]);
}

int debug_section_load(struct debug_sections *sections, enum debug_section which,
		       struct bytes *ret_bytes, struct error *err)
{
	struct buffer *kept = &sections->sections[which].buffer, buffer = { 0 };
	int r;

	if (!kept->data && sections->sections[which].size) {
		buffer.size = (size_t)sections->sections[which].size;
		buffer.data = malloc(buffer.size + PADDING);
		if (buffer.data)
			memset(buffer.data + buffer.size, 0, PADDING);
		r = buffer.data ? section_read(sections, which, &buffer) : -ENOMEM;
		if (r < 0) {
			buffer_release(&buffer);
			return load_failed(sections, which, r, err);
		}
		*kept = buffer;
	}
	*ret_bytes = buffer_bytes(kept);
	return 0;
}
