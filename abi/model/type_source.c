/* SPDX-License-Identifier: MIT */
#include "type_source.h"

#include <stddef.h>

static const char *const names[TYPE_SOURCE_COUNT] = {
	[TYPE_SOURCE_DWARF] = "DWARF",
	[TYPE_SOURCE_DESCRIPTORS] = "descriptors",
	[TYPE_SOURCE_TABLE] = "table",
	[TYPE_SOURCE_DECLARED] = "signature",
	[TYPE_SOURCE_ASSUMED] = "assumed: the newest layouts known",
};

const char *type_source_name(enum type_source source)
{
	return names[source];
}

enum type_source type_source_least_trusted(uint8_t sources)
{
	enum type_source source = TYPE_SOURCE_COUNT;

	while (--source > TYPE_SOURCE_NONE && !(sources & type_source_bit(source)))
		;
	return source;
}
