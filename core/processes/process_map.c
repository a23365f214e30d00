/* SPDX-License-Identifier: MIT */
#include "process_map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "7f12…000-7f12…000 r-xp 0001a000 fe:01 1234567    /usr/lib/libc.so.6" */
bool mapping_parse(char *line, struct mapping *ret_mapping)
{
	struct mapping mapping;
	char rights[5] = "";
	int path = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*s %n", &mapping.start,
		   &mapping.end, rights, &mapping.file_offset, &path) != 4 ||
	    path == 0 || mapping.end < mapping.start)
		return false;
	mapping.is_executable = rights[2] == 'x';
	mapping.path = line + path;
	*ret_mapping = mapping;
	return true;
}

static FILE *open_maps(uint32_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	return fopen(path, "re");
}

int process_map_walk(uint32_t pid, mapping_visit *visit, void *user)
{
	FILE *maps = open_maps(pid);
	size_t capacity = 0;
	char *line = NULL;
	struct mapping mapping;

	if (!maps)
		return -errno;
	while (getline(&line, &capacity, maps) > 0) {
		if (mapping_parse(line, &mapping) && !visit(user, &mapping))
			break;
	}
	free(line);
	fclose(maps);
	return 0;
}
