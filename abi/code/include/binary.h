/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BINARY_H
#define GOHTTPSNOOP_ABI_BINARY_H

#include "build_info.h"
#include "convention.h"
#include "go_version.h"
#include "image.h"
#include "pclntab.h"
#include "types.h"

/*
 * The parsed parts of a Go binary. The binary owns them; they live as long as it does.
 */
struct binary {
	struct image *image;
	struct image *debug; /* the separate file that contains the DWARF, or NULL */
	struct build_info build_info;
	struct go_version version;
	struct pclntab *pclntab;
	struct library_copies *libraries;
	size_t library_count;
	struct types *types;
	const struct convention *convention;
};

/*
 * Opens `path` (it may be /proc/PID/exe). If the file is not a Go binary, the error says what it is: a
 * script, a directory, a program of another language. The caller closes the binary.
 *
 * DWARF is read from the file `types`, a copy of the same build; otherwise from the binary itself; otherwise
 * from the system's separate debug files. `types` may be NULL. A `types` file of another build is ignored;
 * errors about missing types then say why.
 */
int binary_open(const char *path, const char *types, struct binary **ret_binary, struct error *err);

/*
 * As binary_open(), if `path` is an indirect path to the file such as /proc/PID/exe. `origin` is the path of
 * the file itself, by which separate debug files are searched.
 */
int binary_open_from(const char *path, const char *origin, const char *types,
		     struct binary **ret_binary, struct error *err);

/* Returns whether the binary is a shared library (-buildmode=c-shared or plugin) and not a program. */
bool binary_is_library(const struct binary *binary);

/*
 * A cheap check before binary_open(): a file with section headers is not a Go program unless it has one of
 * the sections that Go's linker creates in every program. Returns 1 if the file may be a Go program, 0 if
 * not, or a negative errno if file descriptors or memory ran out (see error_is_shortage()).
 */
int binary_looks_like_go(const char *path);

/*
 * Finds the copies of these libraries in the binary and adds their rows to the built-in table of types. To be
 * called once, before types are used. The libraries must outlive the binary. The only failure is -ENOMEM.
 */
int binary_set_libraries(struct binary *binary, const struct library *const *libraries,
			 size_t count, struct error *err);

/* Returns the copies of one of the libraries of binary_set_libraries(); NULL for any other library. */
const struct library_copies *binary_library(const struct binary *binary,
					    const struct library *library);

void binary_close(struct binary *binary);

#endif
