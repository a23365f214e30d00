/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_TYPE_H
#define GOHTTPSNOOP_CORE_KERNEL_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "contract.h"
#include "error.h"
#include "kernel_attachment.h"
#include "kernel_facts.h"
#include "kernel_features.h"
#include "obstacle.h"
#include "own_programs.h"

/* The parts of the eBPF side, for kernel.c, which loads it, and attachment.c. */
struct kernel {
	struct gohttpsnoop_bpf *skeleton;
	/*
	 * The programs that are attached to probes, for short and long plans. The latter is NULL if all plans are
	 * short.
	 */
	struct bpf_program *short_program, *long_program;
	/* Descriptors of these maps. */
	int traced, newcomers, listeners, dismissed_newcomers, dismissed_listeners;
	enum kernel_attachment attachment;
	bool installed[PLANS_MAX];
	struct own_programs own_programs;
	size_t link_count; /* of all attachments */
	struct bpf_link *exec_link, *listen_link;
	/* Facts that explain failures. */
	struct kernel_facts facts;
	struct kernel_features features;
	enum obstacle obstacle; /* of the last failure */
};

/* Explains why an attempt failed, for kernel_obstacle() and in `err`. Returns the attempt's code. */
int kernel_fail(struct kernel *kernel, const struct kernel_attempt *attempt, struct error *err);

#endif
