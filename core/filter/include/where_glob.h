/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WHERE_GLOB_H
#define GOHTTPSNOOP_CORE_WHERE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Returns whether the whole string matches the glob, as fnmatch(3) without flags would say in UTF-8: glibc's fnmatch() also
 * tries bytes when the characters do not match, and needs a locale. Classes ([:alpha:]) contain only ASCII.
 */
bool where_glob_matches(const char *glob, const char *string, size_t size);

/* Returns why a glob cannot match what its author wanted; NULL if it can. */
const char *where_glob_problem(const char *glob);

#endif
