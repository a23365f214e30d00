/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_ATTACHMENT_H
#define GOHTTPSNOOP_CORE_KERNEL_ATTACHMENT_H

/* How uprobes are attached. BEST uses the first method below that the kernel supports. */
enum kernel_attachment {
	KERNEL_ATTACHMENT_BEST,
	KERNEL_ATTACHMENT_MULTI,	    /* uprobe_multi links, sleepable: Linux 6.6 */
	KERNEL_ATTACHMENT_SINGLE_SLEEPABLE, /* perf-event uprobes: Linux 6.0 */
	KERNEL_ATTACHMENT_SINGLE,	    /* perf-event uprobes */
};

/* The name of the method on the command line and in reports: "uprobe_multi". */
const char *kernel_attachment_word(enum kernel_attachment attachment);

#endif
