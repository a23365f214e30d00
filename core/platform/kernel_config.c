/* SPDX-License-Identifier: MIT */
#include "kernel_config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum {
	LONGEST_LINE = 512,
	MOST_LINES = 100000, /* configurations of distributions have about 10,000 */
};

void kernel_config_read_line(const char *line, struct kernel_config_question *questions,
			     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(questions[i].option);

		if (strncmp(line, questions[i].option, size) != 0 || line[size] != '=')
			continue;
		questions[i].answer = line[size + 1] == 'n' ? ANSWER_NO : ANSWER_YES;
	}
}

/* zlib also reads files that are not compressed. */
static gzFile open_configuration(const char *release)
{
	gzFile file = gzopen("/proc/config.gz", "re");
	char path[256];

	if (file)
		return file;
	snprintf(path, sizeof(path), "/boot/config-%s", release);
	return gzopen(path, "re");
}

void kernel_config_answer(const char *release, struct kernel_config_question *questions,
			  size_t count)
{
	gzFile file = open_configuration(release);
	char line[LONGEST_LINE];
	bool whole;

	if (!file)
		return;
	/* Options that are not set are in a comment, or missing if their dependencies are not set. */
	for (size_t i = 0; i < count; i++)
		questions[i].answer = ANSWER_NO;
	for (int i = 0; i < MOST_LINES && gzgets(file, line, sizeof(line)); i++)
		kernel_config_read_line(line, questions, count);
	whole = gzeof(file);
	for (size_t i = 0; !whole && i < count; i++)
		questions[i].answer = ANSWER_UNKNOWN;
	gzclose(file);
}
