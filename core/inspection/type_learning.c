/* SPDX-License-Identifier: MIT */
/* Plans that decode the dynamic types which were seen at their probes; another part of inspection.h. */
#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "decode.h"
#include "examined_binary.h"
#include "inspection.h"
#include "installed_probes.h"

enum {
	MAX_GENERATIONS = 8, /* of one probe */
	FIRST_PAUSE = 100,   /* milliseconds between the first two of them; later pauses are */
	PAUSE_FACTOR = 3,
};

static bool probe_learns(const struct inspection *inspection, const struct installed_probe *probe)
{
	return probe && probe->schema.arguments &&
	       !inspection->probes[probe->origin].learning.is_over;
}

bool inspection_note_types(struct inspection *inspection, uint32_t plan, struct bytes record)
{
	const struct installed_probe *probe = installed_probes_find(inspection, plan);
	struct learning *learning;
	bool is_new = false;

	if (!probe_learns(inspection, probe))
		return false;
	learning = &inspection->probes[probe->origin].learning;
	if (!kernel_runs_long_plans(inspection->kernel) || !shape_has_interfaces(&probe->arguments))
		learning->is_over = true;
	else
		is_new = decode_types(record, &probe->schema, &learning->learned.types) > 0;
	learning->is_pending |= is_new;
	/* A full list is learned once more, as it is. */
	if (learning->learned.types.count == LEARNED_TYPES_MAX && !learning->is_pending)
		learning->is_over = true;
	return is_new;
}

uint64_t inspection_types_due(const struct inspection *inspection)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < inspection->count; i++) {
		const struct learning *learning = &inspection->probes[i].learning;

		if (learning->is_pending && learning->due < due)
			due = learning->due;
	}
	return due;
}

static bool learning_is_due(const struct learning *learning, uint64_t now)
{
	return learning->is_pending && learning->due <= now;
}

/* Copies what was seen at the probes that are due to `items`, which has room for all. Returns their number. */
static size_t learning_copy_due(const struct inspection *inspection, uint64_t now,
				struct learned_probe *items)
{
	size_t count = 0;

	for (size_t i = 0; i < inspection->count; i++) {
		if (learning_is_due(&inspection->probes[i].learning, now))
			items[count++] = inspection->probes[i].learning.learned;
	}
	return count;
}

/* Whether records of the candidate's plan can be made where the probe is attached. */
static bool candidate_is_at_place(const struct installed_probe *probe,
				  const struct probe_candidate *candidate)
{
	return candidate->probe.entry == probe->schema.entry &&
	       candidate->probe.plan.role == probe->schema.role &&
	       candidate->probe.site.kind == probe->site &&
	       candidate->probe.site.file_offset == probe->file_offset;
}

static int successor_keep(struct inspection *inspection, const struct installed_probe *successor,
			  struct error *err)
{
	struct installed_probe **successors = array_grow(
		inspection->successors, inspection->successor_count, sizeof(*successors));
	struct installed_probe *kept = successors ? malloc(sizeof(*kept)) : NULL;

	if (successors)
		inspection->successors = successors;
	if (!kept)
		return error_fail(err, -ENOMEM, "out of memory");
	*kept = *successor;
	inspection->successors[inspection->successor_count++] = kept;
	return 0;
}

/* They are those of the same file, and large. */
static void share_names(struct installed_probe *successor, const struct installed_probe *probe)
{
	type_names_release(successor->arguments.type_names);
	successor->arguments.type_names = type_names_take(probe->arguments.type_names);
}

/* Installs the candidate's plan where the probe is. Its records can be read before the first of them is made. */
static int probe_succeed(struct inspection *inspection, const struct installed_probe *probe,
			 struct probe_candidate *candidate, struct error *err)
{
	struct installed_probe successor, *kept;
	int r = installed_probe_init(&successor, candidate, err);

	if (r < 0)
		return r;
	successor.plan = -1;
	successor.origin = probe->origin;
	r = successor_keep(inspection, &successor, err);
	if (r < 0) {
		installed_probe_finish(&successor);
		return r;
	}
	kept = inspection->successors[inspection->successor_count - 1];
	r = kernel_succeed(inspection->kernel, probe->plan, &candidate->probe.plan, err);
	if (r < 0) {
		inspection->successor_count--;
		installed_probe_finish(kept);
		free(kept);
		return r;
	}
	kept->plan = r;
	installed_probe_take_shape(kept, &candidate->probe);
	share_names(kept, probe);
	return 0;
}

/* The probes stand in the order in which they were compiled. */
static struct probe_candidate *candidate_find(struct probe_set *probe_set, size_t number)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		if (probe_set->probes[i].result == 0 && number-- == 0)
			return &probe_set->probes[i];
	}
	return NULL;
}

static void learning_end_generation(struct learning *learning, uint64_t now)
{
	uint64_t pause = FIRST_PAUSE;

	for (unsigned int i = 0; i < learning->generations; i++)
		pause *= PAUSE_FACTOR;
	learning->generations++;
	learning->is_pending = false;
	learning->due = now + pause;
	learning->is_over = learning->generations == MAX_GENERATIONS ||
			    learning->learned.types.count == LEARNED_TYPES_MAX;
}

/* Succeeds the plans that are due by those of the probe set. Returns how many. */
static int probes_succeed_all(struct inspection *inspection, struct probe_set *probe_set,
			      uint64_t now, struct error *err)
{
	int count = 0, r = 0;

	for (size_t i = 0; r == 0 && i < inspection->count; i++) {
		struct installed_probe *probe = &inspection->probes[i];
		struct probe_candidate *candidate = candidate_find(probe_set, i);

		if (!learning_is_due(&probe->learning, now))
			continue;
		if (!candidate || !candidate_is_at_place(probe, candidate))
			return error_fail(err, -ESTALE, "the probe of %s would be elsewhere now",
					  probe->function);
		r = probe_succeed(inspection, probe, candidate, err);
		if (r == 0) {
			learning_end_generation(&probe->learning, now);
			count++;
		}
	}
	return r < 0 ? r : count;
}

/* What failed once would fail again. */
void inspection_ignore_types(struct inspection *inspection, uint64_t now)
{
	for (size_t i = 0; i < inspection->count; i++) {
		struct learning *learning = &inspection->probes[i].learning;

		if (!learning_is_due(learning, now))
			continue;
		learning->is_pending = false;
		learning->is_over = true;
	}
}

/* Opens the binary again, and compiles its probes by the types that were seen. */
static int learning_open(const struct inspection *inspection, const struct inspection_file *file,
			 const struct inspection_options *options, uint64_t now,
			 struct examined_binary *ret_examined, struct error *err)
{
	struct learned_probe *items = calloc(inspection->count + 1, sizeof(*items));
	struct learned_probes learned = { .items = items };
	int r;

	if (!items)
		return error_fail(err, -ENOMEM, "out of memory");
	learned.count = learning_copy_due(inspection, now, items);
	r = examined_binary_open(file, options, &learned, ret_examined, err);
	free(items);
	return r;
}

int inspection_learn_types(struct inspection *inspection, const struct inspection_file *file,
			   const struct inspection_options *options, uint64_t now,
			   struct error *err)
{
	struct examined_binary examined;
	int r = learning_open(inspection, file, options, now, &examined, err);

	if (r == 0) {
		r = probes_succeed_all(inspection, &examined.probe_set, now, err);
		examined_binary_close(&examined);
	}
	if (r < 0)
		inspection_ignore_types(inspection, now);
	return r;
}
