/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_FORM_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "go_version.h"

/* The differences between the descriptors of different releases. */
struct descriptor_form {
	bool short_lengths;	 /* lengths of names are two bytes, not varints: up to Go 1.16 */
	bool embedded_in_offset; /* a field's offset is shifted, bit 0 is "embedded": up to Go 1.18 */
	uint16_t map_size;	 /* bytes of a map's descriptor without the uncommon part */
};

struct descriptor_form descriptor_form_of(const struct go_version *version);

/*
 * Returns whether the version determines the form: it was found in the binary, and is a release that was
 * tested, not a newer one or a development version.
 */
bool descriptor_form_is_certain(const struct go_version *version);

/* All possible values of map_size. */
enum { DESCRIPTOR_MAP_SIZES = 4 };
extern const uint16_t descriptor_map_sizes[DESCRIPTOR_MAP_SIZES];

#endif
