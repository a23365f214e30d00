/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_BARE_NAME_H
#define GOHTTPSNOOP_TESTS_BARE_NAME_H

enum { NAME_SIZE = 4096 };

/*
 * `name` without packages, which the two spell differently (whole import path or its last part; only
 * DWARF has one at fields that are not exported), and without the "·3" of types local to a function.
 */
void bare_name(const char *name, char out[NAME_SIZE]);

#endif
