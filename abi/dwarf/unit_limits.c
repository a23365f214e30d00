/* SPDX-License-Identifier: MIT */
#include "unit_limits.h"

#include <errno.h>
#include <stdbool.h>

/* libdwarf keeps a table of abbreviations for every unit, even if units share one table in the file. */
#define MAX_UNITS 32768u
#define MAX_ABBREVIATIONS (UINT64_C(1) << 20)
#define MAX_ATTRIBUTES 256 /* of an entry; compilers write a dozen */
#define MAX_ALL_ABBREVIATIONS (UINT64_C(32) << 20)

enum { FORM_IMPLICIT_CONST = 0x21 }; /* DWARF standard, section 7.5.6 */

/* Returns the size of the table of abbreviations at `at`; 0 if it does not end within the limits. */
static uint64_t abbreviations_measure(struct bytes section, uint64_t at)
{
	struct bytes table = bytes_slice(section, at, MAX_ABBREVIATIONS);
	uint64_t next = 0, code, tag, name, form;
	unsigned int attributes;
	uint8_t children;

	/* An abbreviation is a code, a tag, a children flag, and pairs of name and form up to a pair of zeros. */
	while (bytes_uvarint(table, &next, &code)) {
		if (code == 0)
			return next;
		if (!bytes_uvarint(table, &next, &tag) || !bytes_u8(table, next++, &children))
			break;
		attributes = 0;
		do {
			if (!bytes_uvarint(table, &next, &name) ||
			    !bytes_uvarint(table, &next, &form) || attributes++ == MAX_ATTRIBUTES)
				return 0;
			/* The constant follows, a signed LEB128 number, which is skipped. */
			if (form == FORM_IMPLICIT_CONST) {
				while (bytes_u8(table, next, &children) && children & 0x80)
					next++;
				next++;
			}
		} while (name || form);
	}
	return 0;
}

int unit_limits_take(struct unit_limits *limits, struct debug_sections *sections,
		     uint64_t abbreviations_at, struct error *err)
{
	struct bytes section;
	int r;

	if (limits->unit_count++ == MAX_UNITS)
		return error_fail(err, -E2BIG, "more than %u DWARF units", MAX_UNITS);
	if (!limits->abbreviations_size || limits->abbreviations_at != abbreviations_at) {
		r = debug_section_load(sections, DEBUG_SECTION_ABBREV, &section, err);
		if (r < 0)
			return r;
		limits->abbreviations_at = abbreviations_at;
		limits->abbreviations_size = abbreviations_measure(section, abbreviations_at);
	}
	if (!limits->abbreviations_size)
		return error_fail(err, -EBADMSG, "damaged DWARF: unterminated abbreviations");
	limits->all_abbreviations += limits->abbreviations_size;
	if (limits->all_abbreviations > MAX_ALL_ABBREVIATIONS)
		return error_fail(err, -E2BIG, "too many DWARF abbreviations");
	return 0;
}
