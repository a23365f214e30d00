/* SPDX-License-Identifier: MIT */
#include "debug_info.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "debug_object.h"
#include "unit_limits.h"

/* Debian and Ubuntu install the header in the folder libdwarf/, whatever their libdwarf.pc says. */
#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/libdwarf.h>
#else
#include <libdwarf.h>
#endif

/*
 * The budget is counted in bytes of DWARF that are walked over. Reading an entry costs as much as walking
 * over 64 bytes. The cost of finding an entry by its offset grows with the square of the number of units,
 * because libdwarf searches a list of all units, which soon exceeds the caches.
 */
#define ENTRY_COST 64
#define ATTRIBUTE_COST 16
#define NAME_BYTE_COST 1 /* many entries may share a long name */
#define ELEMENT_COST 4	 /* of a list, which many units and parameters may share */
#define UNITS_SQUARED_A_BYTE 2048
#define MAX_COST (UINT64_C(1) << 30)

struct debug_info {
	struct debug_sections sections;
	struct debug_object *object;
	Dwarf_Debug dwarf; /* of the object */
	uint64_t cost;
	uint64_t end; /* end of the last visited unit: entries beyond it are not read */
	uint64_t near; /* start of the unit being visited: libdwarf finds its entries without a search */
	struct unit_limits limits;
};

struct Dwarf_Debug_s *debug_info_handle(struct debug_info *info)
{
	return info->dwarf;
}

struct debug_sections *debug_info_sections(struct debug_info *info)
{
	return &info->sections;
}

static int charge(struct debug_info *info, uint64_t cost, struct error *err)
{
	if (info->cost > MAX_COST || cost > MAX_COST - info->cost) {
		info->cost = MAX_COST;
		return error_fail(err, -E2BIG, "more DWARF to read than any real binary has");
	}
	info->cost += cost;
	return 0;
}

int debug_info_charge(struct debug_info *info, uint64_t offset, struct error *err)
{
	if (offset >= info->end)
		return error_fail(err, -EBADMSG, "damaged DWARF: a reference to no entry");
	if (offset >= info->near)
		return charge(info, ENTRY_COST, err);
	return charge(info,
		      ENTRY_COST + (uint64_t)info->limits.unit_count * info->limits.unit_count /
					   UNITS_SQUARED_A_BYTE,
		      err);
}

int debug_info_charge_elements(struct debug_info *info, uint64_t count, struct error *err)
{
	return charge(info, count * ELEMENT_COST, err);
}

/* Fills `err` after a libdwarf call that returned `result`. Returns -EBADMSG, or -ENOMEM without memory. */
static int damaged(struct debug_info *info, int result, const char *what, struct error *err)
{
	const char *reason = debug_object_error_text(info->object);

	if (info->sections.lacked_memory)
		return error_fail(err, -ENOMEM, "no memory for DWARF");
	if (result == DW_DLV_ERROR && reason)
		return error_fail(err, -EBADMSG, "damaged DWARF: %s: %s", what, reason);
	return error_fail(err, -EBADMSG, "damaged DWARF: %s", what);
}

bool debug_info_present(const struct image *image)
{
	struct section section;

	return (image_section(image, ".debug_info", &section) ||
		image_section(image, ".zdebug_info", &section)) &&
	       section.size > 0;
}

uint64_t debug_info_size(const struct image *image)
{
	struct debug_sections sections = { 0 };
	uint64_t size = 0;

	if (debug_sections_init(&sections, image, NULL) == 0)
		size = debug_section_size(&sections, DEBUG_SECTION_INFO);
	debug_sections_finish(&sections);
	return size;
}

int debug_info_open(const struct image *image, struct debug_info **ret_info, struct error *err)
{
	struct debug_info *info;
	int r;

	if (!debug_info_present(image))
		return error_fail(err, -ENODATA, "the binary has no DWARF");
	info = calloc(1, sizeof(*info));
	if (!info)
		return error_fail(err, -ENOMEM, "out of memory");
	r = debug_sections_init(&info->sections, image, err);
	if (r == 0)
		r = debug_object_open(&info->sections, &info->object, err);
	if (r < 0) {
		debug_info_close(info);
		return r;
	}
	info->dwarf = debug_object_dwarf(info->object);
	*ret_info = info;
	return 0;
}

void debug_info_close(struct debug_info *info)
{
	if (!info)
		return;
	debug_object_close(info->object);
	debug_sections_finish(&info->sections);
	free(info);
}

static int entry_read(struct debug_info *info, Dwarf_Die die, struct debug_entry *ret_entry,
		      struct error *err)
{
	uint64_t attributes = 0;
	int r = debug_entry_read(info->object, die, ret_entry, &attributes);
	size_t name;

	if (r == DW_DLV_ERROR)
		return damaged(info, r, "an entry", err);
	name = ret_entry->name ? strlen(ret_entry->name) : 0;
	return charge(info, attributes * ATTRIBUTE_COST + name * NAME_BYTE_COST, err);
}

int debug_info_entry(struct debug_info *info, uint64_t offset, struct debug_entry *ret_entry,
		     struct error *err)
{
	Dwarf_Die die = NULL;
	int r = debug_info_charge(info, offset, err);

	if (r < 0)
		return r;
	r = dwarf_offdie_b(info->dwarf, offset, 1, &die, debug_object_error(info->object));
	if (r != DW_DLV_OK)
		return damaged(info, r, "a reference to no entry", err);
	r = entry_read(info, die, ret_entry, err);
	dwarf_dealloc_die(die);
	return r;
}

/*
 * Finds the next sibling of an entry: 1, 0 at the end, or an error. libdwarf walks over everything below the
 * entry, which is charged to the budget. A sibling before the entry is an error: the walk would never end.
 */
static int sibling_next(struct debug_info *info, Dwarf_Die die, uint64_t offset, Dwarf_Die *ret_die,
			struct error *err)
{
	Dwarf_Off at = 0;
	int r = dwarf_siblingof_b(info->dwarf, die, 1, ret_die, debug_object_error(info->object));

	if (r == DW_DLV_NO_ENTRY)
		return 0;
	if (r != DW_DLV_OK)
		return damaged(info, r, "a list of entries", err);
	r = dwarf_dieoffset(*ret_die, &at, debug_object_error(info->object)) == DW_DLV_OK &&
			    at > offset ?
		    0 :
		    -1;
	if (r == 0)
		r = charge(info, at - offset, err);
	else
		r = error_fail(err, -EBADMSG, "damaged DWARF: a list of entries goes back");
	if (r < 0) {
		dwarf_dealloc_die(*ret_die);
		*ret_die = NULL;
		return r;
	}
	return 1;
}

int debug_info_children(struct debug_info *info, uint64_t offset, debug_visit *visit, void *context,
			struct error *err)
{
	Dwarf_Die die = NULL, next = NULL;
	int more, r = debug_info_charge(info, offset, err);

	if (r < 0)
		return r;
	r = dwarf_offdie_b(info->dwarf, offset, 1, &die, debug_object_error(info->object));
	if (r != DW_DLV_OK)
		return damaged(info, r, "a reference to no entry", err);
	r = dwarf_child(die, &next, debug_object_error(info->object));
	more = r == DW_DLV_OK;
	r = r == DW_DLV_ERROR ? damaged(info, r, "a list of entries", err) : 0;
	while (more) {
		struct debug_entry entry;

		dwarf_dealloc_die(die);
		die = next;
		next = NULL;
		r = charge(info, ENTRY_COST, err);
		if (r == 0)
			r = entry_read(info, die, &entry, err);
		if (r == 0)
			r = visit(context, &entry);
		if (r != 0)
			break;
		r = sibling_next(info, die, entry.offset, &next, err);
		more = r > 0;
		if (more)
			r = 0;
	}
	dwarf_dealloc_die(die);
	return r;
}

/* Reads the next unit's header and entry: 1, 0 at the end, or an error. */
static int unit_next(struct debug_info *info, struct debug_entry *ret_entry, struct error *err)
{
	Dwarf_Unsigned length, type_offset, next;
	Dwarf_Half version, address_size, length_size, extension_size, unit_type;
	Dwarf_Off abbreviations;
	Dwarf_Sig8 signature;
	Dwarf_Die die = NULL;
	int r;

	r = dwarf_next_cu_header_d(info->dwarf, 1, &length, &version, &abbreviations, &address_size,
				   &length_size, &extension_size, &signature, &type_offset, &next,
				   &unit_type, debug_object_error(info->object));
	if (r == DW_DLV_NO_ENTRY)
		return 0;
	if (r != DW_DLV_OK)
		return damaged(info, r, "a compilation unit", err);
	r = unit_limits_take(&info->limits, &info->sections, abbreviations, err);
	if (r < 0)
		return r;
	info->near = info->end;
	info->end = next;
	r = dwarf_siblingof_b(info->dwarf, NULL, 1, &die, debug_object_error(info->object));
	if (r != DW_DLV_OK)
		return damaged(info, r, "a compilation unit", err);
	r = entry_read(info, die, ret_entry, err);
	dwarf_dealloc_die(die);
	return r < 0 ? r : 1;
}

int debug_info_units(struct debug_info *info, debug_visit *visit, void *context, struct error *err)
{
	struct debug_entry entry;
	int r, result = 0;

	/* libdwarf's position in the list of units is part of its handle: continue to the end in any case, so
	 * that the next walk starts at the beginning. */
	while ((r = unit_next(info, &entry, err)) > 0) {
		if (result == 0)
			result = visit(context, &entry);
	}
	info->near = UINT64_MAX;
	return result != 0 ? result : r;
}
