/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <linux/types.h>

#include "contract.h"
#include "gohttpsnoop.skel.h"
#include "kernel.h"
#include "kernel_type.h"
#include "own_programs.h"

static __u32 plan_limit(const struct kernel *kernel)
{
	return bpf_map__max_entries(kernel->skeleton->maps.plans);
}

/* Puts a plan into the first free place from `first` on. */
static int install_from(struct kernel *kernel, __u32 first, const struct plan *plan,
			struct error *err)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.plans);
	__u32 limit = plan_limit(kernel), number = first;

	while (number < limit && kernel->installed[number])
		number++;
	if (number >= limit)
		return error_fail(err, -ENOSPC, "more than %u different probes", limit);
	if (bpf_map_update_elem(fd, &number, plan, BPF_ANY) < 0)
		return error_fail(err, -errno, "a plan cannot be installed: %s", strerror(errno));
	kernel->installed[number] = true;
	return number;
}

int kernel_install(struct kernel *kernel, const struct plan *plan, struct error *err)
{
	return install_from(kernel, 0, plan, err);
}

/* New files need places, too. */
static bool has_places_to_spare(const struct kernel *kernel)
{
	__u32 limit = plan_limit(kernel), used = 0;

	for (__u32 i = 0; i < limit; i++)
		used += kernel->installed[i];
	return used < limit / 4 * 3;
}

int kernel_succeed(struct kernel *kernel, int plan, const struct plan *successor, struct error *err)
{
	int number;

	if (!has_places_to_spare(kernel))
		return error_fail(err, -ENOSPC, "three quarters of all plans are in use");
	/* 0 stands for none. */
	number = install_from(kernel, 1, successor, err);
	if (number >= 0)
		__atomic_store_n(&kernel->skeleton->bss->successors[plan], (uint16_t)number,
				 __ATOMIC_RELEASE);
	return number;
}

void kernel_uninstall(struct kernel *kernel, int plan)
{
	kernel->skeleton->bss->successors[plan] = 0;
	kernel->installed[plan] = false;
	own_programs_drop(&kernel->own_programs, plan);
}

bool kernel_runs_long_plans(const struct kernel *kernel)
{
	return kernel->long_program;
}
