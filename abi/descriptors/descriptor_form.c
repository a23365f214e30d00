/* SPDX-License-Identifier: MIT */
#include "descriptor_form.h"

/* The newest release whose descriptors were compared with its DWARF (tests/truth/descriptor_truth.c). */
#define NEWEST GO_VERSION(27, 99)

/* Before Go 1.14, up to 1.23, up to 1.26, since 1.27: internal/abi/map_{old,noswiss,swiss}.go, map.go. */
const uint16_t descriptor_map_sizes[DESCRIPTOR_MAP_SIZES] = { 80, 88, 112, 136 };

static uint16_t map_size(const struct go_version *version)
{
	if (version->number >= GO_VERSION(27, 0))
		return descriptor_map_sizes[3];
	if (version->number >= GO_VERSION(24, 0) && !version->no_swiss_map)
		return descriptor_map_sizes[2];
	return version->number >= GO_VERSION(14, 0) ? descriptor_map_sizes[1] :
						      descriptor_map_sizes[0];
}

struct descriptor_form descriptor_form_of(const struct go_version *version)
{
	return (struct descriptor_form){
		.short_lengths = version->number < GO_VERSION(17, 0),
		.embedded_in_offset = version->number < GO_VERSION(19, 0),
		.map_size = map_size(version),
	};
}

bool descriptor_form_is_certain(const struct go_version *version)
{
	return version->number <= NEWEST && !version->from_pclntab && !version->development;
}
