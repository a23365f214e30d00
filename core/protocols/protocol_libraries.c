/* SPDX-License-Identifier: MIT */
#include "protocol_libraries.h"

#include "protocol_registry.h"

static bool library_is_listed(const struct library *const *libraries, size_t count,
			      const struct library *library)
{
	for (size_t i = 0; i < count; i++) {
		if (libraries[i] == library)
			return true;
	}
	return false;
}

size_t protocol_libraries(const struct library *ret_libraries[static PROTOCOL_MAX_LIBRARIES])
{
	size_t count = 0;

	for (size_t i = 0; i < protocol_registry_count && count < PROTOCOL_MAX_LIBRARIES; i++) {
		const struct library *library = protocol_registry[i]->library;

		if (!library_is_listed(ret_libraries, count, library))
			ret_libraries[count++] = library;
	}
	return count;
}

int protocol_libraries_set(struct binary *binary, struct error *err)
{
	const struct library *libraries[PROTOCOL_MAX_LIBRARIES];
	size_t count = protocol_libraries(libraries);

	return binary_set_libraries(binary, libraries, count, err);
}
