/* SPDX-License-Identifier: MIT */
/* A line of /proc/PID/maps: the path in it is as whoever started the process chose. */
#include <string.h>

#include "fuzz.h"
#include "process_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	struct mapping mapping;

	HOLDS(line);
	memcpy(line, data, size);
	line[size] = '\0';
	if (mapping_parse(line, &mapping)) {
		HOLDS(mapping.start <= mapping.end);
		HOLDS(mapping.path >= line && mapping.path <= line + size);
		HOLDS(!strchr(mapping.path, '\n'));
	}
	free(line);
	return 0;
}
