/* SPDX-License-Identifier: MIT */
#include "protocol_registry.h"

#include "presets.h"

#define ADDRESS_OF_PROTOCOL(name) &protocol_##name,

const struct protocol *const protocol_registry[] = { PROTOCOLS(ADDRESS_OF_PROTOCOL) };

const size_t protocol_registry_count = sizeof(protocol_registry) / sizeof(protocol_registry[0]);

static bool library_is_listed(const struct library *const *libraries, size_t count,
			      const struct library *library)
{
	for (size_t i = 0; i < count; i++) {
		if (libraries[i] == library)
			return true;
	}
	return false;
}

static size_t list_library(const struct library **libraries, size_t count,
			   const struct library *library)
{
	if (count < PROTOCOL_MAX_LIBRARIES && !library_is_listed(libraries, count, library))
		libraries[count++] = library;
	return count;
}

size_t protocol_libraries(const struct library *ret_libraries[static PROTOCOL_MAX_LIBRARIES])
{
	size_t count = 0;

	for (size_t i = 0; i < protocol_registry_count; i++)
		count = list_library(ret_libraries, count, protocol_registry[i]->library);
	for (size_t i = 0; i < preset_count; i++)
		count = list_library(ret_libraries, count, presets[i].library);
	return count;
}

int protocol_libraries_set(struct binary *binary, struct error *err)
{
	const struct library *libraries[PROTOCOL_MAX_LIBRARIES];
	size_t count = protocol_libraries(libraries);

	return binary_set_libraries(binary, libraries, count, err);
}
