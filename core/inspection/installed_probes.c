/* SPDX-License-Identifier: MIT */
#include "installed_probes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

int installed_probe_init(struct installed_probe *installed, const struct probe_candidate *candidate,
			 struct error *err)
{
	const struct probe *probe = &candidate->probe;

	*installed = (struct installed_probe){
		.function = strdup(candidate->function),
		.site = probe->site.kind,
		.file_offset = probe->site.file_offset,
		.schema = { .role = probe->plan.role,
			    .protocol = candidate->protocol,
			    .cell_count = probe->plan.cell_count,
			    .unknown = probe->unknown,
			    .entry = probe->entry,
			    .stack_drop = probe->site.stack_drop,
			    .awaits_return = candidate->awaits_return,
			    .returns_at_once = candidate->returns_at_once,
			    .returned_count = candidate->returned_count,
			    .expression_count = candidate->expression_count,
			    .context_types = candidate->context_types,
			    .among_requests = candidate->among_requests,
			    .counts_clients = candidate->counts_clients },
		.has_arguments = probe->has_arguments,
		.learning = { .learned = { .entry = probe->entry, .role = probe->plan.role } },
	};
	if (!installed->function)
		return error_fail(err, -ENOMEM, "out of memory");
	memcpy(installed->schema.cells, probe->cells, sizeof(installed->schema.cells));
	return 0;
}

void installed_probe_finish(struct installed_probe *installed)
{
	shape_finish(&installed->arguments);
	free(installed->function);
}

void installed_probe_take_shape(struct installed_probe *installed, struct probe *probe)
{
	installed->arguments = probe->arguments;
	probe->arguments = (struct shape){ 0 };
	if (installed->has_arguments)
		installed->schema.arguments = &installed->arguments;
}

static int make_room_for_plan(struct inspection *inspection, uint32_t plan)
{
	uint32_t limit = 2 * plan + 16;
	uint32_t *by_plan;

	if (plan < inspection->plan_limit)
		return 0;
	by_plan = reallocarray(inspection->by_plan, limit, sizeof(*by_plan));
	if (!by_plan)
		return -ENOMEM;
	memset(by_plan + inspection->plan_limit, 0,
	       (limit - inspection->plan_limit) * sizeof(*by_plan));
	inspection->by_plan = by_plan;
	inspection->plan_limit = limit;
	return 0;
}

int installed_probes_add(struct inspection *inspection, const struct installed_probe *probe,
			 struct error *err)
{
	struct installed_probe *probes =
		array_grow(inspection->probes, inspection->count, sizeof(*probes));

	if (probes)
		inspection->probes = probes;
	if (!probes || make_room_for_plan(inspection, probe->plan) < 0)
		return error_fail(err, -ENOMEM, "out of memory");
	probes[inspection->count++] = *probe;
	inspection->by_plan[probe->plan] = inspection->count;
	return 0;
}

const struct installed_probe *installed_probes_find(const struct inspection *inspection,
						    uint32_t plan)
{
	uint32_t number = plan < inspection->plan_limit ? inspection->by_plan[plan] : 0;

	if (number)
		return &inspection->probes[number - 1];
	for (size_t i = 0; i < inspection->successor_count; i++) {
		if (inspection->successors[i]->plan == (int)plan)
			return inspection->successors[i];
	}
	return NULL;
}
