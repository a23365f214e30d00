/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TEXT_FILE_H
#define GOHTTPSNOOP_CORE_TEXT_FILE_H

#include <stddef.h>

/*
 * Reads the beginning of a small file of /proc or /sys, as much as fits, and ends it with a NUL. On
 * failure the buffer is an empty string and a negative errno is returned.
 */
int text_file_read(const char *path, char *buffer, size_t size);

#endif
