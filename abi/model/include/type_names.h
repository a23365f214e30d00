/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_NAMES_H
#define GOHTTPSNOOP_ABI_TYPE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The names of a program's types by type hash. A value in an interface has a hash in its type descriptor,
 * which tells the name of its type. The object is reference counted, because shapes that use it outlive the
 * binary. It must not be shared by threads.
 */
struct type_names;

/* Returns an object without names, with one reference; NULL if there is no memory. */
struct type_names *type_names_create(void);

/* Add and release a reference; both accept NULL. */
struct type_names *type_names_take(struct type_names *names);
void type_names_release(struct type_names *names);

/*
 * Adds a copy of a name, truncated to 1,024 bytes. Returns -ENOMEM, or -E2BIG if there are more names than
 * any real program has.
 */
int type_names_add(struct type_names *names, uint32_t hash, const char *name);

/* Sorts the names; to be called after names were added and before names are searched. */
void type_names_sort(struct type_names *names);

/*
 * Returns the name of the type with this hash; NULL if there is no such type, or if types with different
 * names have this hash.
 */
const char *type_names_find(const struct type_names *names, uint32_t hash);

/* Returns whether types with different names have this hash, so that it does not identify a type. */
bool type_names_are_ambiguous(const struct type_names *names, uint32_t hash);

#endif
