/* SPDX-License-Identifier: MIT */
#include "probe_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int probe_set_init(struct probe_set *probe_set, const struct binary *binary, size_t count,
		   struct error *err)
{
	*probe_set = (struct probe_set){ .binary = binary, .count = count };
	probe_set->probes = calloc(count ? count : 1, sizeof(*probe_set->probes));
	return probe_set->probes ? 0 : error_fail(err, -ENOMEM, "out of memory");
}

void probe_set_finish(struct probe_set *probe_set)
{
	for (size_t i = 0; i < probe_set->count; i++)
		probe_finish(&probe_set->probes[i].probe);
	free(probe_set->probes);
	free(probe_set->limitations);
	protocol_rows_finish(&probe_set->rows);
	*probe_set = (struct probe_set){ 0 };
}

size_t probe_set_count_fit(const struct probe_set *probe_set)
{
	size_t count = 0;

	for (size_t i = 0; i < probe_set->count; i++)
		count += probe_set->probes[i].result == 0;
	return count;
}

const char *probe_set_unseen(const struct probe_set *probe_set, size_t index)
{
	if (index < probe_set->limitation_count)
		return probe_set->limitations[index]->unseen;
	index -= probe_set->limitation_count;
	return index < probe_set->others.count ? probe_set->others.names[index] : NULL;
}
