/* SPDX-License-Identifier: MIT */
#include "debug_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void debug_fixture_begin(struct debug_fixture *fixture, uint64_t low)
{
	memset(fixture, 0, sizeof(*fixture));
	unit_init(&fixture->dwarf, low, low + 0x1000);
}

void debug_fixture_open(struct debug_fixture *fixture)
{
	elf_init(&fixture->elf);
	elf_segment(&fixture->elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	unit_finish(&fixture->dwarf, &fixture->elf);
	elf_finish(&fixture->elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&fixture->elf), &fixture->image, NULL), 0);
	assert_int_equal(debug_types_open(fixture->image, &fixture->types, NULL), 0);
}

void debug_fixture_close(struct debug_fixture *fixture)
{
	debug_types_close(fixture->types);
	image_close(fixture->image);
	elf_release(&fixture->elf);
}
