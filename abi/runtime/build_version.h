/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BUILD_VERSION_H
#define GOHTTPSNOOP_ABI_BUILD_VERSION_H

#include "image.h"

/*
 * Returns the value of runtime.buildVersion in a program without symbols and build information: the only text
 * "go1.N..." that is the value of a string variable. The caller frees the string. NULL if there is none, or several
 * that differ.
 */
char *build_version_find(const struct image *image);

#endif
