/* SPDX-License-Identifier: MIT */
/* Fuzzes the parser of lines of /proc/PID/maps. Whoever started the process chose the path in the line. */
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
