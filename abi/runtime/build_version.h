/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BUILD_VERSION_H
#define GOHTTPSNOOP_ABI_BUILD_VERSION_H

#include "image.h"

/*
 * Finds the value of runtime.buildVersion in a program without symbols and build information. It is the only
 * text "go1.N..." that a string variable has as its value. Returns NULL if there is no such text, or if there
 * are different ones. The caller frees the string.
 */
char *build_version_find(const struct image *image);

#endif
