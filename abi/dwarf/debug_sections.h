/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_SECTIONS_H
#define GOHTTPSNOOP_ABI_DEBUG_SECTIONS_H

#include <stdbool.h>

#include "image.h"

/*
 * The DWARF sections of an image, read when first asked for and decompressed: as sections with the
 * flag SHF_COMPRESSED (by zlib or zstd), or of the older names .zdebug_* (by zlib). No section may be larger than 256 MiB, nor all
 * of them together than 512 MiB, whatever the file claims.
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
	const struct image *image; /* outlives the sections */
	struct {
		struct buffer buffer;
		uint64_t offset, stored; /* in the file; nothing stored: there is no such section */
		uint64_t size;		 /* decompressed */
		uint64_t head;		 /* of what is stored: the header of the compression */
		enum compression compression;
	} sections[DEBUG_SECTIONS];
	bool lacked_memory; /* for one of them: libdwarf takes it for damaged then */
};

/*
 * Finds all sections and loads none. A section that is too large, or compressed in another way, counts as
 * absent. The result says why where it is .debug_info, .debug_abbrev or .debug_str; the sections have to be
 * finished then, too.
 */
int debug_sections_init(struct debug_sections *sections, const struct image *image,
			struct error *err);
void debug_sections_finish(struct debug_sections *sections);

/* Its name, ".debug_info". */
const char *debug_section_name(enum debug_section which);

/* 0 when there is no such section. */
uint64_t debug_section_size(const struct debug_sections *sections, enum debug_section which);

/* A view that lives as long as the sections; empty when there is no such section. -EBADMSG, -ENOMEM. */
int debug_section_load(struct debug_sections *sections, enum debug_section which,
		       struct bytes *ret_bytes, struct error *err);

#endif
