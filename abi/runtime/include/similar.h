/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SIMILAR_H
#define GOHTTPSNOOP_ABI_SIMILAR_H

#include "pclntab.h"

/*
 * Writes the names of at most three functions whose names are most similar to `name` into `names`,
 * separated by commas, and returns their number. For error messages.
 */
size_t similar_functions(const struct pclntab *table, const char *name, char *names, size_t size);

#endif
