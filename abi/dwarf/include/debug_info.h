/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_INFO_H
#define GOHTTPSNOOP_ABI_DEBUG_INFO_H

#include "debug_entry.h"
#include "debug_list.h"
#include "image.h"

/*
 * The DWARF of an image as plain values; libdwarf is hidden behind this header. An entry (DIE) is
 * identified by its offset in .debug_info. Strings live as long as the debug info. Counts and
 * offsets come from the traced binary and are not trusted; callers limit what they collect and how
 * deep they recurse. (Not named dwarf.h: libdwarf and elfutils have a <dwarf.h>.)
 *
 * Time and memory are limited for any binary: each read is charged to a budget, and when it is used
 * up all functions return -E2BIG (docs/fuzzing.md).
 */
struct debug_info;

/* The libdwarf handle and the sections, owned by the debug info. Only for debug_address.c. */
struct Dwarf_Debug_s *debug_info_handle(struct debug_info *info);
struct debug_sections *debug_info_sections(struct debug_info *info);
/*
 * Charges one entry, found by its offset, to the budget. Returns -E2BIG if it is used up, -EBADMSG
 * if no unit contains the offset.
 */
int debug_info_charge(struct debug_info *info, uint64_t offset, struct error *err);
/* Charges elements of a list of ranges or locations to the budget. */
int debug_info_charge_elements(struct debug_info *info, uint64_t count, struct error *err);

bool debug_info_present(const struct image *image);

/*
 * Returns the decompressed size of .debug_info in bytes, to estimate what reading all entries costs. 0 if the
 * section is absent or cannot be read.
 */
uint64_t debug_info_size(const struct image *image);

/*
 * Opens the DWARF of `image`, which must outlive the debug info. -ENODATA if the image has no DWARF, -EBADMSG
 * if the DWARF is damaged, -E2BIG if a section is too large, -ENOTSUP if it is compressed with an unknown
 * method.
 */
int debug_info_open(const struct image *image, struct debug_info **ret_info, struct error *err);
void debug_info_close(struct debug_info *info);

/*
 * The functions below read only entries of units that debug_info_units() has visited. They return -EBADMSG
 * for other offsets and for damaged DWARF.
 */
int debug_info_entry(struct debug_info *info, uint64_t offset, struct debug_entry *ret_entry,
		     struct error *err);

/*
 * Calls `visit` for every child of the entry at `offset`, in order. If `visit` returns non-zero, the walk
 * stops and returns that value.
 */
typedef int debug_visit(void *context, const struct debug_entry *entry);
int debug_info_children(struct debug_info *info, uint64_t offset, debug_visit *visit, void *context,
			struct error *err);

/*
 * Calls `visit` for the entry of every compilation unit, until `visit` returns non-zero. Returns that value.
 */
int debug_info_units(struct debug_info *info, debug_visit *visit, void *context, struct error *err);

/* Calls `visit` for every address range [low, high) of a unit. Stops and returns like the functions above. */
typedef int debug_visit_range(void *context, uint64_t low, uint64_t high);
int debug_info_ranges(struct debug_info *info, uint64_t unit, debug_visit_range *visit,
		      void *context, struct error *err);

/*
 * Reads the location that the parameter at entry `offset` has at the entry of its function, which is at
 * `address`: its only location, or the element of its location list that begins there. `ret_pieces` has room
 * for DEBUG_MAX_PIECES. Returns -ENOENT if there is no such location.
 */
int debug_info_location(struct debug_info *info, uint64_t offset, uint64_t address,
			struct debug_piece *ret_pieces, size_t *ret_count, struct error *err);

#endif
