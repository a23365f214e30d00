/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SIMILAR_H
#define GOHTTPSNOOP_ABI_SIMILAR_H

#include "pclntab.h"

/*
 * Writes the names of the (at most three) functions whose names come nearest to `name` into `names`,
 * separated by commas; returns how many there are. For error messages.
 */
size_t similar_functions(const struct pclntab *table, const char *name, char *names, size_t size);

#endif
