/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_STANDARD_FILES_H
#define GOHTTPSNOOP_CMD_STANDARD_FILES_H

#include "error.h"

/*
 * Makes sure that standard input, output and error are open, before any other file is: otherwise the next file that is
 * opened, perhaps one of libuv or of the kernel, would take the place of a closed one, and be written to. Reads from and
 * writes to a file that was closed fail with EBADF.
 */
int standard_files_open(struct error *err);

#endif
