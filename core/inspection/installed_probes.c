/* SPDX-License-Identifier: MIT */
#include "installed_probes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

const struct installed_probe *installed_probes_find(const struct inspection *inspection,
						    uint32_t plan)
{
	for (size_t i = 0; i < inspection->count; i++) {
		if (inspection->probes[i].plan == (int)plan)
			return &inspection->probes[i];
	}
	for (size_t i = 0; i < inspection->successor_count; i++) {
		if (inspection->successors[i]->plan == (int)plan)
			return inspection->successors[i];
	}
	return NULL;
}
