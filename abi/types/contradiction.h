/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CONTRADICTION_H
#define GOHTTPSNOOP_ABI_CONTRADICTION_H

#include "error.h"
#include "type.h"

/*
 * Compares a complete type of DWARF to the complete type that the program's descriptor gives. Both come from one
 * compiler run, so each difference in name, size or fields means that the DWARF is of another build, or damaged. Returns
 * -ESTALE with the first difference. Only structs are compared: nothing else has a layout of its own. Spellings that
 * differ between the two, of types without names, are not compared.
 */
int contradiction_find(const struct type *dwarf, const struct type *described, struct error *err);

#endif
