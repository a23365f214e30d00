/* SPDX-License-Identifier: MIT */
#include "inspection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "examined_binary.h"
#include "installed_probes.h"
#include "printable.h"
#include "probe_set_warnings.h"
#include "refusals.h"

static int inspection_fail_memory(struct error *err)
{
	return error_fail(err, -ENOMEM, "out of memory");
}

static int add_point(struct attach_points *points, const struct attach_point *point,
		     struct error *err)
{
	struct attach_point *items = array_grow(points->items, points->count, sizeof(*items));

	if (!items)
		return inspection_fail_memory(err);
	points->items = items;
	items[points->count++] = *point;
	return 0;
}

/* Where types can be learned the plan that decodes them will be a long one. */
static bool is_long(const struct inspection *inspection, const struct probe *probe)
{
	return !plan_is_short(&probe->plan) ||
	       (kernel_runs_long_plans(inspection->kernel) && probe->has_arguments &&
		shape_has_interfaces(&probe->arguments));
}

static bool begins(const struct probe *probe)
{
	return probe->plan.role == PLAN_ROLE_START || probe->plan.role == PLAN_ROLE_CALL;
}

static int add_points(struct inspection *inspection, const struct probe_candidate *candidate,
		      int plan, struct error *err)
{
	const struct probe *probe = &candidate->probe;
	struct attach_points *points = candidate->on_demand ? &inspection->on_demand :
							      &inspection->points;
	struct attach_point point = { .file_offset = probe->site.file_offset,
				      .plan = plan,
				      .is_long = is_long(inspection, probe),
				      .begins = begins(probe) };
	int r = 0;

	if (probe->returns.count == 0)
		return add_point(points, &point, err);
	for (size_t i = 0; r == 0 && i < probe->returns.count; i++) {
		point.file_offset = probe->returns.file_offsets[i];
		r = add_point(points, &point, err);
	}
	return r;
}

static int install(struct inspection *inspection, struct probe_candidate *candidate,
		   struct error *err)
{
	struct installed_probe installed;
	int r = installed_probe_init(&installed, candidate, err);

	if (r < 0)
		return r;
	installed.origin = inspection->count;
	r = kernel_install(inspection->kernel, &candidate->probe.plan, err);
	if (r == -ENOSPC)
		error_hint(err, "trace fewer functions at once, see --max-functions");
	installed.plan = r;
	if (r >= 0)
		r = installed_probes_add(inspection, &installed, err);
	if (r < 0) {
		installed_probe_finish(&installed);
		return r;
	}
	return add_points(inspection, candidate, installed.plan, err);
}

static int tell_refusals(const struct probe_set *probe_set,
			 const struct inspection_options *options, struct error *err)
{
	struct refusals refusals;
	int r = refusals_create(probe_set, &refusals, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < refusals.count; i++)
		notice_error(options->notifier, NOTICE_ERROR, &refusals.reasons[i]);
	refusals_finish(&refusals);
	return 0;
}

/*
 * Installs the probes that can be attached and reports the others, except those for functions that the binary does
 * not have.
 */
static int install_probe_set(struct inspection *inspection, struct probe_set *probe_set,
			     const struct inspection_options *options, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < probe_set->count; i++) {
		struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->result == 0)
			r = install(inspection, probe, err);
	}
	if (r == 0 && options->spec->function_count)
		r = tell_refusals(probe_set, options, err);
	return r;
}

/* Moves the shapes of arguments into the inspection. The array of probes does not move any more. */
static void take_shapes(struct inspection *inspection, struct probe_set *probe_set)
{
	struct installed_probe *installed = inspection->probes;

	for (size_t i = 0; i < probe_set->count; i++) {
		if (probe_set->probes[i].result == 0)
			installed_probe_take_shape(installed++, &probe_set->probes[i].probe);
	}
}

static int keep_unseen(struct inspection *inspection, const struct probe_set *probe_set,
		       struct error *err)
{
	size_t count = 0;

	while (probe_set_unseen(probe_set, count))
		count++;
	inspection->unseen = calloc(count + 1, sizeof(*inspection->unseen));
	if (!inspection->unseen)
		return inspection_fail_memory(err);
	while (inspection->unseen_count < count) {
		char *text = strdup(probe_set_unseen(probe_set, inspection->unseen_count));

		if (!text)
			return inspection_fail_memory(err);
		inspection->unseen[inspection->unseen_count++] = text;
	}
	return 0;
}

static int inspection_fill(struct inspection *inspection, struct examined_binary *examined,
			   const struct inspection_file *file,
			   const struct inspection_options *options, struct error *err)
{
	const struct binary *binary = examined->binary;
	struct probe_set *probe_set = &examined->probe_set;
	int r;

	inspection->convention = binary->convention->name;
	inspection->is_library = binary_is_library(binary);
	inspection->go_version = strdup(binary->version.text);
	r = inspection->go_version ? install_probe_set(inspection, probe_set, options, err) :
				     inspection_fail_memory(err);
	if (r == 0)
		r = keep_unseen(inspection, probe_set, err);
	if (r < 0)
		return r;
	probe_set_warn(probe_set, &(struct warning_listener){ options->notifier, file->name });
	take_shapes(inspection, probe_set);
	return 0;
}

static int inspection_examine(struct inspection *inspection, const struct inspection_file *file,
			      const struct inspection_options *options, struct error *err)
{
	struct examined_binary examined;
	int r = examined_binary_open(file, options, NULL, &examined, err);

	if (r < 0)
		return r;
	r = inspection_fill(inspection, &examined, file, options, err);
	examined_binary_close(&examined);
	return r;
}

int inspection_open(struct kernel *kernel, const struct inspection_file *file,
		    const struct inspection_options *options, struct inspection **ret_inspection,
		    struct error *err)
{
	struct inspection *inspection = calloc(1, sizeof(*inspection));
	int r;

	if (!inspection)
		return inspection_fail_memory(err);
	inspection->kernel = kernel;
	r = inspection_examine(inspection, file, options, err);
	if (r < 0) {
		inspection_close(inspection);
		return r;
	}
	*ret_inspection = inspection;
	return 0;
}

void inspection_close(struct inspection *inspection)
{
	if (!inspection)
		return;
	for (size_t i = 0; i < inspection->count; i++) {
		kernel_uninstall(inspection->kernel, inspection->probes[i].plan);
		installed_probe_finish(&inspection->probes[i]);
	}
	for (size_t i = 0; i < inspection->successor_count; i++) {
		kernel_uninstall(inspection->kernel, inspection->successors[i]->plan);
		installed_probe_finish(inspection->successors[i]);
		free(inspection->successors[i]);
	}
	free(inspection->successors);
	for (size_t i = 0; i < inspection->unseen_count; i++)
		free(inspection->unseen[i]);
	free(inspection->unseen);
	free(inspection->points.items);
	free(inspection->on_demand.items);
	free(inspection->probes);
	free(inspection->by_plan);
	free(inspection->go_version);
	free(inspection);
}

bool inspection_is_library(const struct inspection *inspection)
{
	return inspection->is_library;
}

const char *inspection_go_version(const struct inspection *inspection)
{
	return inspection->go_version;
}

const char *inspection_convention(const struct inspection *inspection)
{
	return inspection->convention;
}

const char *const *inspection_unseen(const struct inspection *inspection, size_t *ret_count)
{
	*ret_count = inspection->unseen_count;
	return (const char *const *)inspection->unseen;
}

const struct attach_point *inspection_points(const struct inspection *inspection, size_t *ret_count)
{
	*ret_count = inspection->points.count;
	return inspection->points.items;
}

bool inspection_has_demand(const struct inspection *inspection)
{
	return inspection->on_demand.count > 0;
}

const struct attach_point *inspection_demand(struct inspection *inspection, size_t *ret_count)
{
	struct attach_points *points = &inspection->points;
	size_t before = points->count;

	for (size_t i = 0; i < inspection->on_demand.count; i++) {
		if (add_point(points, &inspection->on_demand.items[i], NULL) < 0)
			break;
	}
	inspection->on_demand.count = 0;
	*ret_count = points->count - before;
	return points->items + before;
}

const struct schema *inspection_schema(const struct inspection *inspection, uint32_t plan)
{
	const struct installed_probe *probe = installed_probes_find(inspection, plan);

	return probe ? &probe->schema : NULL;
}

const char *inspection_function(const struct inspection *inspection, uint32_t plan)
{
	const struct installed_probe *probe = installed_probes_find(inspection, plan);

	return probe ? probe->function : NULL;
}

void inspection_describe(const struct inspection *inspection,
			 void (*tell)(void *user, const char *sentence), void *user)
{
	for (size_t i = 0; i < inspection->count; i++) {
		const struct installed_probe *probe = &inspection->probes[i];
		char text[1024];

		printable_format(text, sizeof(text), "probe %s at file offset 0x%llx (%s)",
				 probe->function, (unsigned long long)probe->file_offset,
				 site_kind_name(probe->site));
		tell(user, text);
	}
}
