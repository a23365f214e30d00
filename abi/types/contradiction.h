/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CONTRADICTION_H
#define GOHTTPSNOOP_ABI_CONTRADICTION_H

#include "error.h"
#include "type.h"

/*
 * Compares a complete type from DWARF to the complete type from its descriptor. The same compiler run writes
 * both, so a difference in name, size or fields means that the DWARF belongs to another build or is damaged.
 * Returns -ESTALE with the first difference. Compares only structs, because no other kind has a layout of its
 * own. Does not compare names that the two sources spell differently: those of literals, of generic types and
 * of types local to a function.
 */
int contradiction_find(const struct type *dwarf, const struct type *described, struct error *err);

#endif
