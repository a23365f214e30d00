/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BUILD_ID_H
#define GOHTTPSNOOP_ABI_BUILD_ID_H

#include "image.h"

/*
 * Build IDs identify a build. GNU's build ID is written by external linkers, and by Go's linker since Go
 * 1.24. Go's linker also writes its own build ID. Both are in ELF notes, which strip does not remove.
 */
enum build_id_kind { BUILD_ID_GNU, BUILD_ID_GO };

struct build_id {
	uint8_t data[256];
	size_t size;
};

/* Returns false if the image has no build ID of this kind, or one that is too long. */
bool build_id_read(const struct image *image, enum build_id_kind kind, struct build_id *ret_id);

/*
 * Compares the first kind of build ID that both files have. Returns 0 if both files are from the same build,
 * -ESTALE if not, -ENODATA if there are no build IDs to compare.
 */
int build_id_compare(const struct image *image, const struct image *other, struct error *err);

/*
 * Writes the build ID as hexadecimal digits, as in the paths of debug files. Digits that do not fit are left
 * out.
 */
void build_id_format(const struct build_id *id, char *text, size_t size);

#endif
