/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_WAY_H
#define GOHTTPSNOOP_TESTS_WAY_H

#include "convention.h"
#include "plan.h"

/*
 * Writes the way to a value as text, from a plan's sources:
 *
 *	rbx, rcx              in registers
 *	rbx +40 +24           rbx points to a word at offset 40, which points to the value at offset 24
 *	rax if(rbx > 2) +16   followed only if a condition holds: > or =
 *	rax find(0) +8 +0     search 0 finds an entry of the map at rax; its word at offset 8 points to the value
 *	rax find(0, 3) +0 +0  the same, but skips three entries
 */
enum { WAY_SIZE = 512 };

void way_write(const struct convention *convention, const struct plan_builder *builder,
	       const struct plan_place *place, char text[static WAY_SIZE]);

#endif
