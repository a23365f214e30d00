/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_SECTIONS_H
#define GOHTTPSNOOP_ABI_DEBUG_SECTIONS_H

#include <stdbool.h>

#include "image.h"

/*
 * The DWARF sections of an image, read on first use. Sections with the flag SHF_COMPRESSED (zlib or zstd) or
 * the older names .zdebug_* (zlib) are decompressed. A section may have at most 256 MiB, and all of them
 * together 512 MiB, whatever the file claims.
 */
enum debug_section {
	DEBUG_SECTION_INFO,
	DEBUG_SECTION_ABBREV,
	DEBUG_SECTION_STR,
	DEBUG_SECTION_LINE_STR,
	DEBUG_SECTION_STR_OFFSETS,
	DEBUG_SECTION_ADDR,
	DEBUG_SECTION_RANGES,
	DEBUG_SECTION_RNGLISTS,
	DEBUG_SECTION_LOC,
	DEBUG_SECTION_LOCLISTS,
	DEBUG_SECTIONS,
};

enum compression {
	COMPRESSION_NONE,
	COMPRESSION_ZLIB,
	COMPRESSION_ZSTD,
};

struct debug_sections {
	const struct image *image; /* must outlive the sections */
	struct {
		struct buffer buffer;
		uint64_t offset, stored; /* offset and size in the file; stored 0: absent */
		uint64_t size;		 /* decompressed size */
		uint64_t head;		 /* size of the compression header, a part of `stored` */
		enum compression compression;
	} sections[DEBUG_SECTIONS];
	bool lacked_memory; /* a section was not loaded; libdwarf reports it as damaged */
};

/*
 * Finds all sections and loads none. A section counts as absent if it is too large (-E2BIG), if its
 * compression header is damaged (-EBADMSG), or if it is compressed with another method (-ENOTSUP). Returns
 * that error only for .debug_info, .debug_abbrev and .debug_str. The caller must call debug_sections_finish()
 * even after an error.
 */
int debug_sections_init(struct debug_sections *sections, const struct image *image,
			struct error *err);
void debug_sections_finish(struct debug_sections *sections);

/* Returns the name of a section: ".debug_info". */
const char *debug_section_name(enum debug_section which);

/* Returns the decompressed size of a section in bytes; 0 if it is absent. */
uint64_t debug_section_size(const struct debug_sections *sections, enum debug_section which);

/*
 * Returns the decompressed content of a section: a view that lives as long as the sections, empty if the
 * section is absent. -EBADMSG if it cannot be read or decompressed, -ENOMEM.
 */
int debug_section_load(struct debug_sections *sections, enum debug_section which,
		       struct bytes *ret_bytes, struct error *err);

#endif
