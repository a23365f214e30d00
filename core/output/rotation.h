/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ROTATION_H
#define GOHTTPSNOOP_CORE_ROTATION_H

/*
 * Renames PATH to PATH.1, PATH.1 to PATH.2 and so on. PATH.`files` is replaced. Files that are missing are no error. After an
 * error, a negative errno, PATH has its name still.
 */
int rotation_rename(const char *path, unsigned files);

#endif
