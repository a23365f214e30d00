/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_SECTIONS_H
#define GOHTTPSNOOP_ABI_DEBUG_SECTIONS_H

#include "image.h"

/*
 * The DWARF sections of an image, read when first asked for and decompressed: as sections with the
 * flag SHF_COMPRESSED, or of the older names .zdebug_*. No section may be larger than 256 MiB, nor all
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

struct debug_sections {
	const struct image *image; /* outlives the sections */
	struct {
		struct buffer buffer;
		uint64_t offset, stored; /* in the file; nothing stored: there is no such section */
		uint64_t size;		 /* decompressed */
		uint64_t head;		 /* of what is stored: the header of the compression */
	} sections[DEBUG_SECTIONS];
};

/* Finds all and loads none. Those that are too large, or compressed in another way, count as absent. */
void debug_sections_init(struct debug_sections *sections, const struct image *image);
void debug_sections_finish(struct debug_sections *sections);

/* Its name, ".debug_info". */
const char *debug_section_name(enum debug_section which);

/* 0 when there is no such section. */
uint64_t debug_section_size(const struct debug_sections *sections, enum debug_section which);

/* A view that lives as long as the sections; empty when there is no such section. -EBADMSG, -ENOMEM. */
int debug_section_load(struct debug_sections *sections, enum debug_section which,
		       struct bytes *ret_bytes, struct error *err);

#endif
