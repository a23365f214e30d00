/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_SETUP_H
#define GOHTTPSNOOP_CORE_KERNEL_SETUP_H

#include "kernel.h"
#include "notice.h"

/*
 * Opens the kernel side; `facts` and `features` of the options are filled in here. Tells how it attaches, or what
 * the verifier said.
 */
int kernel_setup(const struct kernel_options *options, const struct notifier *notifier,
		 struct kernel **ret_kernel, struct error *err);

#endif
