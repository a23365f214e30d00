/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BINARY_H
#define GOHTTPSNOOP_ABI_BINARY_H

#include "build_info.h"
#include "convention.h"
#include "go_version.h"
#include "image.h"
#include "pclntab.h"
#include "types.h"
#include "x_net.h"

/*
 * A Go binary, taken apart: everything the stages after inspection ask of it. The parts are owned by
 * the binary and live as long as it does.
 */
struct binary {
	struct image *image;
	struct image *debug; /* another file, which has its DWARF; or NULL */
	struct build_info build_info;
	struct go_version version;
	struct pclntab *pclntab;
	struct x_net x_net;
	struct types *types;
	const struct convention *convention;
};

/*
 * Opens `path` (it may be /proc/PID/exe). Errors say what the file is instead: a script, a directory,
 * a program that is not Go's.
 *
 * Its DWARF is taken from `types`, a copy of the same build; from the binary itself; or from where the
 * system keeps it, in this order. `types` may be NULL; one of another build is refused, and where types
 * are missed that is said.
 */
int binary_open(const char *path, const char *types, struct binary **ret_binary, struct error *err);

/* The same where `path` is a way to a file that `origin` is the path of: debug files are looked for there. */
int binary_open_from(const char *path, const char *origin, const char *types,
		     struct binary **ret_binary, struct error *err);

/* Whether it is no program but a library (-buildmode=c-shared or plugin) that some program loads. */
bool binary_is_library(const struct binary *binary);

/*
 * Whether it is worth opening: a file with section headers is no Go program unless it has one of the
 * sections that Go's linker makes in every program. 1 or 0; a negative errno when descriptors or memory ran
 * out (see error_is_shortage()). Cheap.
 */
int binary_looks_like_go(const char *path);

void binary_close(struct binary *binary);

#endif
