/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BUILD_VERSION_H
#define GOHTTPSNOOP_ABI_BUILD_VERSION_H

#include "image.h"

/*
 * The value of runtime.buildVersion in a program without symbols and build information: the one text "go1.N..." that
 * a string variable holds. A string that the caller frees; NULL when there is none, or several that differ.
 */
char *build_version_find(const struct image *image);

#endif
