/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PATH_FOLD_H
#define GOHTTPSNOOP_CORE_PATH_FOLD_H

#include <stddef.h>

/*
 * Copies a path, cut to the size of the room, with a star for each segment that is an id: a number, or letters, digits, - and _ of
 * which at least a third are digits and that are eight or more (UUIDs, hashes, order numbers). "/items/7/parts" becomes
 * "/items/" "*" "/parts".
 */
void path_fold(const char *path, char *room, size_t size);

#endif
