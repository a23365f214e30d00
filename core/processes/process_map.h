/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROCESS_MAP_H
#define GOHTTPSNOOP_CORE_PROCESS_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* A part of a process's memory. */
struct mapping {
	uint64_t start, end;
	uint64_t file_offset; /* of the first byte of the mapping */
	bool is_executable;
	const char *
		path; /* of the file, as the process sees it, or "[stack]" and similar, or ""; a view */
};

/* Returns false to end the walk. */
typedef bool mapping_visit(void *user, const struct mapping *mapping);

/* Visits the mappings of a process, in order. Negative errno if they cannot be read. */
int process_map_walk(uint32_t pid, mapping_visit *visit, void *user);

/*
 * Parses one line of /proc/PID/maps; false if it is not one. The path is a view into the line, which is cut behind
 * it.
 */
bool mapping_parse(char *line, struct mapping *ret_mapping);

#endif
