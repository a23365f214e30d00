/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_TYPE_H
#define GOHTTPSNOOP_CORE_KERNEL_TYPE_H

#include <stdbool.h>

#include "error.h"
#include "kernel_attachment.h"
#include "kernel_facts.h"
#include "kernel_features.h"
#include "obstacle.h"

enum { KERNEL_MAX_PLANS = 1024 };

/* What the kernel side is made of; for kernel.c, which loads it, and attachment.c alone. */
struct kernel {
	struct gohttpsnoop_bpf *skeleton;
	/* That are attached to probes, by whether their plans are short; the latter NULL if all are. */
	struct bpf_program *short_program, *long_program;
	int traced, newcomers, listeners; /* descriptors of these maps */
	enum kernel_attachment attachment;
	bool installed[KERNEL_MAX_PLANS];
	struct bpf_link *exec_link, *listen_link;
	/* What failures are explained by. */
	struct kernel_facts facts;
	struct kernel_features features;
	enum obstacle obstacle; /* of the last failure */
};

/* Explains why an attempt failed, for kernel_obstacle() and in `err`. Returns the attempt's code. */
int kernel_fail(struct kernel *kernel, const struct kernel_attempt *attempt, struct error *err);

#endif
