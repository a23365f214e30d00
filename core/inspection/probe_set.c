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

/* Returns whether the probe set has the probe of the candidate already. */
static bool has_same(const struct probe_set *probe_set, const struct probe_candidate *added)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->result == 0 && probe->role == added->role &&
		    added->role == PLAN_ROLE_GOROUTINE_EXIT)
			return true;
	}
	return false;
}

/* Moves the candidates of `functions` behind those of the probe set. The end of a goroutine is probed once. */
static int probe_set_append(struct probe_set *probe_set, struct probe_set *functions,
			    struct error *err)
{
	size_t count = probe_set->count + functions->count;
	struct probe_candidate *probes =
		reallocarray(probe_set->probes, count, sizeof(*probe_set->probes));

	if (!probes)
		return error_fail(err, -ENOMEM, "out of memory");
	probe_set->probes = probes;
	for (size_t i = 0; i < functions->count; i++) {
		if (has_same(probe_set, &functions->probes[i]))
			probe_finish(&functions->probes[i].probe);
		else
			probes[probe_set->count++] = functions->probes[i];
	}
	functions->count = 0;
	return 0;
}

static int probe_set_of_both(const struct binary *binary, const struct trace_spec *spec,
			     const struct learned_probes *learned, struct probe_set *ret_probe_set,
			     struct error *err)
{
	struct probe_set functions, probe_set;
	int r = probe_set_of_protocols(binary, spec, learned, &probe_set, err);

	if (r < 0)
		return r;
	r = probe_set_of_functions(binary, spec, learned, &functions, err);
	if (r == 0) {
		r = probe_set_append(&probe_set, &functions, err);
		probe_set_finish(&functions);
	}
	if (r < 0)
		probe_set_finish(&probe_set);
	else
		*ret_probe_set = probe_set;
	return r;
}

int probe_set_of_spec(const struct binary *binary, const struct trace_spec *spec,
		      const struct learned_probes *learned, struct probe_set *ret_probe_set,
		      struct error *err)
{
	if (spec->function_count == 0)
		return probe_set_of_protocols(binary, spec, learned, ret_probe_set, err);
	if (spec->within_requests)
		return probe_set_of_both(binary, spec, learned, ret_probe_set, err);
	return probe_set_of_functions(binary, spec, learned, ret_probe_set, err);
}
