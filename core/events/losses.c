/* SPDX-License-Identifier: MIT */
#include "losses.h"

void losses_drop(struct losses *losses, int role)
{
	switch (role) {
	case PLAN_ROLE_END:
	case PLAN_ROLE_PANIC:
	case PLAN_ROLE_HIJACK:
	case PLAN_ROLE_RETURN:
	case PLAN_ROLE_GOROUTINE_EXIT:
		losses->pending_ends++;
		break;
	case PLAN_ROLE_ROUTE:
		break;
	default:
		losses->pending_dropped++;
	}
}

uint64_t losses_take(struct losses *losses, const struct kernel *kernel)
{
	uint64_t lost = kernel_lost(kernel, PLAN_ROLE_START) +
			kernel_lost(kernel, PLAN_ROLE_WHOLE) + kernel_lost(kernel, PLAN_ROLE_CALL) +
			losses->pending_dropped;
	uint64_t untold = lost - losses->told;

	losses->told = lost;
	return untold;
}

uint64_t losses_lost_ends(const struct losses *losses, const struct kernel *kernel)
{
	return losses->pending_ends + kernel_lost(kernel, PLAN_ROLE_END) +
	       kernel_lost(kernel, PLAN_ROLE_PANIC) + kernel_lost(kernel, PLAN_ROLE_HIJACK) +
	       kernel_lost(kernel, PLAN_ROLE_RETURN) +
	       kernel_lost(kernel, PLAN_ROLE_GOROUTINE_EXIT);
}

uint64_t losses_of_ends(const struct losses *losses, const struct kernel *kernel,
			const struct assembly *assembly)
{
	uint64_t lost = losses_lost_ends(losses, kernel);
	uint64_t told = assembly_unknown_ends(assembly);
	uint64_t open = assembly_open_requests(assembly);
	uint64_t untold = lost > told ? lost - told : 0;

	return untold < open ? untold : open;
}
