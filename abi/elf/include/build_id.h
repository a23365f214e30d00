/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_BUILD_ID_H
#define GOHTTPSNOOP_ABI_BUILD_ID_H

#include "image.h"

/*
 * What tells one build from all others: GNU's build id, which external linkers write and Go's does since
 * 1.24, and Go's own. Both stand in notes that stripping leaves alone.
 */
enum build_id_kind { BUILD_ID_GNU, BUILD_ID_GO };

struct build_id {
	uint8_t data[256];
	size_t size;
};

/* False when the image has none (or none that fits). */
bool build_id_read(const struct image *image, enum build_id_kind kind, struct build_id *ret_id);

/* 0 when both are of one build; -ESTALE when they are not, -ENODATA when nothing tells. */
int build_id_compare(const struct image *image, const struct image *other, struct error *err);

/* In hexadecimal digits; GNU's as paths have it. */
void build_id_format(const struct build_id *id, char *text, size_t size);

#endif
