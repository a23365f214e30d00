/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PROBE_CAPTURE_H
#define GOHTTPSNOOP_ABI_PROBE_CAPTURE_H

#include "capture.h"
#include "plan.h"
#include "scope.h"

/*
 * Adds the value of a capture to the plan, as the next cell, and describes it in `result`. If this binary cannot
 * provide the value, the builder is unchanged and `result` says why; this is an error only if the capture is required.
 * The source in `result` is TYPE_SOURCE_NONE if no type's layout was used.
 */
int probe_capture_add(const struct scope *scope, const struct capture *capture,
		      struct plan_builder *builder, struct probe_capture *result,
		      struct error *err);

#endif
