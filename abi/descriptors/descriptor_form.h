/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_FORM_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "go_version.h"

/* How the releases differ in the descriptors that they write. */
struct descriptor_form {
	bool short_lengths;	 /* lengths of names are two bytes, not varints: up to Go 1.16 */
	bool embedded_in_offset; /* a field's offset is shifted, bit 0 says "embedded": up to Go 1.18 */
	uint16_t map_size;	 /* of a map's descriptor without its uncommon part */
};

struct descriptor_form descriptor_form_of(const struct go_version *version);

/* Whether the version says the form for certain: it was written down, and is none that came later. */
bool descriptor_form_is_certain(const struct go_version *version);

/* What map_size may be. */
enum { DESCRIPTOR_MAP_SIZES = 4 };
extern const uint16_t descriptor_map_sizes[DESCRIPTOR_MAP_SIZES];

#endif
