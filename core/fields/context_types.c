/* SPDX-License-Identifier: MIT */
#include "context_types.h"

#include <stddef.h>

static const char *const names[] = {
	"*context.valueCtx",	 "*context.cancelCtx", "*context.timerCtx",
	"*context.afterFuncCtx", "context.stopCtx",    "context.withoutCancelCtx",
	"*os/signal.signalCtx",
};

_Static_assert(sizeof(names) / sizeof(names[0]) <= CONTEXT_TYPES_MAX, "each has room");

struct context_types context_types_of(struct types *types)
{
	struct context_types found = { .count = 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct runtime_type runtime;
		const struct type *type;

		if (types_named(types, names[i], &type, NULL) == 0 &&
		    types_runtime(types, type, &runtime, NULL) == 0)
			found.hashes[found.count++] = runtime.hash;
	}
	return found;
}

bool context_types_have(const struct context_types *types, uint32_t hash)
{
	for (uint8_t i = 0; i < types->count; i++) {
		if (types->hashes[i] == hash)
			return true;
	}
	return false;
}
