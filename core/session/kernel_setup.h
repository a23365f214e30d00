/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_SETUP_H
#define GOHTTPSNOOP_CORE_KERNEL_SETUP_H

#include "kernel.h"
#include "notice.h"

/*
 * Opens the eBPF side, and fills in `facts` and `features` of the options. Reports the attachment method, or the
 * verifier's message.
 */
int kernel_setup(const struct kernel_options *options, const struct notifier *notifier,
		 struct kernel **ret_kernel, struct error *err);

#endif
