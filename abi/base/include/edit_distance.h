/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_EDIT_DISTANCE_H
#define GOHTTPSNOOP_ABI_EDIT_DISTANCE_H

#include <stddef.h>

/*
 * Returns how many bytes must be added, removed or replaced to make one string of the other (Levenshtein's distance), or
 * more than `limit` if it exceeds that, or if a string is longer than 128 bytes. For suggestions in messages.
 */
size_t edit_distance(const char *a, const char *b, size_t limit);

#endif
