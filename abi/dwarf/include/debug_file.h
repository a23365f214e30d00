/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_FILE_H
#define GOHTTPSNOOP_ABI_DEBUG_FILE_H

#include "image.h"

/*
 * The separate file with the DWARF of a stripped binary: the binary before stripping, or the output
 * of `objcopy --only-keep-debug` for it.
 */

/* The system's folder of debug files. */
#define DEBUG_FILE_FOLDER "/usr/lib/debug"

/*
 * Opens the file at `path` for `image`. Returns -ENODATA if it has no DWARF or cannot be verified
 * as belonging to the image, -ESTALE if it does not belong to it. The caller closes it.
 */
int debug_file_open(const struct image *image, const char *path, struct image **ret_debug,
		    struct error *err);

/*
 * Searches where debuggers search: for the name in the image's .gnu_debuglink beside the file that
 * `path` leads to, in the folder .debug there, and below `folder`; and for its build ID below
 * `folder`/.build-id. For /proc/PID/exe it searches the root of that process first, and then ours.
 * A file is accepted if it has the same build ID or, if there is none, the checksum of the link
 * (only up to 1 GiB). Returns -ENOENT, with an empty error, if there is no such file; other errors
 * mean a shortage of descriptors or memory (see error_is_shortage()).
 */
int debug_file_find(const struct image *image, const char *path, const char *folder,
		    struct image **ret_debug, struct error *err);

#endif
