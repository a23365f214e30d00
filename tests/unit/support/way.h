/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_WAY_H
#define GOHTTPSNOOP_TESTS_WAY_H

#include "convention.h"
#include "plan.h"

/*
 * The way to a value as text, rebuilt from a plan's sources:
 *
 *	rbx, rcx              in registers
 *	rbx +40 +24           24 bytes into what the word 40 bytes into what rbx points to points to
 *	rax if(rbx > 2) +16   the same, followed only where a condition holds: >, or =
 *	rax find(0) +8 +0     by the word 8 bytes into what search number 0 in the map at rax finds
 *	rax find(0, 3) +0 +0  the same, passing over three entries
 */
enum { WAY_SIZE = 512 };

void way_write(const struct convention *convention, const struct plan_builder *builder,
	       const struct plan_place *place, char text[static WAY_SIZE]);

#endif
