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
 * Opens the debug file at `path` for `image`; the caller closes it. Returns -ENODATA if the file has no
 * DWARF, or if it cannot be verified that it belongs to the image; -ESTALE if it does not belong to the
 * image.
 */
int debug_file_open(const struct image *image, const char *path, struct image **ret_debug,
		    struct error *err);

/*
 * Searches for the debug file of `image` where debuggers search: by the image's build ID below
 * `folder`/.build-id; by the name in the image's .gnu_debuglink in the folder of the file that `path` leads
 * to, in the folder .debug there, and below `folder`. If `path` is /proc/PID/exe, searches the root of that
 * process first, and then our root. Accepts a file that has the same build ID or, if there is no build ID,
 * the checksum of .gnu_debuglink (only up to 1 GiB). The caller closes the file. Returns -ENOENT, with an
 * empty error, if there is no such file; other errors mean a shortage of file descriptors or memory (see
 * error_is_shortage()).
 */
int debug_file_find(const struct image *image, const char *path, const char *folder,
		    struct image **ret_debug, struct error *err);

#endif
