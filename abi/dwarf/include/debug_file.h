/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_FILE_H
#define GOHTTPSNOOP_ABI_DEBUG_FILE_H

#include "image.h"

/*
 * The file that holds the DWARF of a binary which was stripped of it: the binary as it was before, or
 * what `objcopy --only-keep-debug` makes of that.
 */

/* Where systems keep them. */
#define DEBUG_FILE_FOLDER "/usr/lib/debug"

/*
 * Opens the file at `path` for `image`. -ENODATA when it has no DWARF or cannot be told to belong to it,
 * -ESTALE when it does not. The caller closes it.
 */
int debug_file_open(const struct image *image, const char *path, struct image **ret_debug,
		    struct error *err);

/*
 * Looks where debuggers do: for the name in the image's .gnu_debuglink, beside the file that `path`
 * leads to, in the folder .debug there, and below `folder`; and for its build id below
 * `folder`/.build-id. For /proc/PID/exe all of that as that process sees it, and then as we do. What is
 * found has the same build id, or, where there is none, the checksum that the link has: then it is no larger
 * than 1 GiB. -ENOENT when there is none, without a word in the error; else it could not be looked for, for want
 * of descriptors or memory (see error_is_shortage()).
 */
int debug_file_find(const struct image *image, const char *path, const char *folder,
		    struct image **ret_debug, struct error *err);

#endif
