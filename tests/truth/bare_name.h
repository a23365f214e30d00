/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_BARE_NAME_H
#define GOHTTPSNOOP_TESTS_BARE_NAME_H

enum { NAME_SIZE = 4096 };

/*
 * Copies `name` without packages and without the "·3" of types local to a function. Descriptors and DWARF
 * spell packages differently: whole import path or its last part; only DWARF has the package of a field that
 * is not exported.
 */
void bare_name(const char *name, char out[NAME_SIZE]);

#endif
