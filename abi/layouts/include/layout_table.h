/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LAYOUT_TABLE_H
#define GOHTTPSNOOP_ABI_LAYOUT_TABLE_H

#include "library.h"

/* Go's runtime and the basic packages that all libraries refer to. */
extern const struct library go_library;

/* The newest Go release for which the rows of all libraries were verified. */
extern const uint32_t layout_newest;

/*
 * Returns whether the rows were verified for a Go release. False for releases that are newer than the newest
 * verified release of their series (1.N), because unexported layouts can change within a series: they did in
 * 1.13.13, 1.14.5 and 1.26.11.
 */
bool layout_verified(uint32_t release);

#endif
