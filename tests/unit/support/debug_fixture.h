/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_DEBUG_FIXTURE_H
#define GOHTTPSNOOP_TESTS_DEBUG_FIXTURE_H

#include "debug_types.h"
#include "unit_builder.h"

/* A binary with the DWARF of one unit, in a temporary file. Begin, add entries to `dwarf`, open, ask `types`, close. */
struct debug_fixture {
	struct elf_builder elf;
	struct unit_builder dwarf;
	struct image *image;
	struct debug_types *types;
};

/* The unit has the code from `low` on, 4096 bytes of it. */
void debug_fixture_begin(struct debug_fixture *fixture, uint64_t low);
void debug_fixture_open(struct debug_fixture *fixture);
void debug_fixture_close(struct debug_fixture *fixture);

#endif
