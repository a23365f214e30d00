/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PROBE_ARGUMENTS_H
#define GOHTTPSNOOP_ABI_PROBE_ARGUMENTS_H

#include "probe.h"
#include "scope.h"

/*
 * Compiles the plan of a probe that has a place: of what is in the builder, and of as much of the arguments as fits
 * besides. Fills in `plan`, `arguments`, `gaps` and the cells of the arguments; leaves the builder unchanged. -E2BIG if even
 * the smallest part does not fit, unless the request drops excess; other errors are those of shape_create().
 */
int probe_arguments_compile(const struct scope *outer, const struct probe_request *request,
			    const struct capture_spec *spec, struct plan_builder *builder,
			    struct probe *probe, struct error *err);

#endif
