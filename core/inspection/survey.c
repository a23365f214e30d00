/* SPDX-License-Identifier: MIT */
#include "survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int survey_init(struct survey *survey, const struct binary *binary, size_t count, struct error *err)
{
	*survey = (struct survey){ .binary = binary, .count = count };
	survey->probes = calloc(count ? count : 1, sizeof(*survey->probes));
	return survey->probes ? 0 : error_fail(err, -ENOMEM, "out of memory");
}

void survey_finish(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++)
		probe_finish(&survey->probes[i].probe);
	free(survey->probes);
	free(survey->limitations);
	protocol_rows_finish(&survey->rows);
	*survey = (struct survey){ 0 };
}

size_t survey_count_fit(const struct survey *survey)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->count; i++)
		count += survey->probes[i].result == 0;
	return count;
}

const char *survey_unseen(const struct survey *survey, size_t index)
{
	if (index < survey->limitation_count)
		return survey->limitations[index]->unseen;
	index -= survey->limitation_count;
	return index < survey->others.count ? survey->others.names[index] : NULL;
}
