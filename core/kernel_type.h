/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_TYPE_H
#define GOHTTPSNOOP_CORE_KERNEL_TYPE_H

#include "kernel.h"

enum { KERNEL_MAX_PLANS = 1024 };

/* What the kernel side is made of; for kernel.c, which loads it, and attachment.c alone. */
struct kernel {
	struct gohttpsnoop_bpf *skeleton;
	struct bpf_program *program; /* that is attached to probes */
	int traced, newcomers;	     /* descriptors of these maps */
	enum kernel_attachment attachment;
	bool installed[KERNEL_MAX_PLANS];
	struct bpf_link *exec_link, *listen_link;
};

#endif
