/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_NAMES_H
#define GOHTTPSNOOP_ABI_TYPE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The names of a program's types by the hashes that interface values lead to: what an interface holds is
 * named by them, whatever it is. Counts its references, because it outlives the binary with each shape that
 * was made of it; not to be shared by threads.
 */
struct type_names;

/* One without names, and one reference to it. NULL when there is no memory. */
struct type_names *type_names_create(void);

/* Each returns or gives back a reference; NULL is fine. */
struct type_names *type_names_take(struct type_names *names);
void type_names_release(struct type_names *names);

/* Adds a name; -ENOMEM, or -E2BIG when there are more than any real program has. */
int type_names_add(struct type_names *names, uint32_t hash, const char *name);

/* Makes what was added ready to be found. */
void type_names_sort(struct type_names *names);

/* The name of the type with this hash; NULL when it is not known, or several types have it. */
const char *type_names_find(const struct type_names *names, uint32_t hash);

/* Whether several types have this hash, so that it says nothing. */
bool type_names_are_ambiguous(const struct type_names *names, uint32_t hash);

#endif
