/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <stdlib.h>

void probe_name_cells(struct probe *probe, const struct plan_builder *builder, uint16_t from,
		      uint8_t field)
{
	for (uint16_t i = from; i < builder->capture_count; i++)
		probe->cells[i] = (struct probe_cell){ builder->captures[i].cell, field };
}

void probe_finish(struct probe *probe)
{
	shape_finish(&probe->arguments);
	return_sites_release(&probe->returns);
	free(probe->captures);
	probe->captures = NULL;
	probe->capture_count = 0;
}
