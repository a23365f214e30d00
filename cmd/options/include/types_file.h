/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_TYPES_FILE_H
#define GOHTTPSNOOP_CMD_TYPES_FILE_H

#include "error.h"

/*
 * Checks that the file of --types can be read; NULL is none. Later it is opened for those binaries only that need it, so a
 * wrong path might not be noticed.
 */
int types_file_check(const char *path, struct error *err);

#endif
