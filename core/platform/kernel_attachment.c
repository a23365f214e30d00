/* SPDX-License-Identifier: MIT */
#include "kernel_attachment.h"

static const char *const words[] = {
	[KERNEL_ATTACHMENT_BEST] = "best",
	[KERNEL_ATTACHMENT_MULTI] = "uprobe_multi",
	[KERNEL_ATTACHMENT_SINGLE_SLEEPABLE] = "perf_event",
	[KERNEL_ATTACHMENT_SINGLE] = "perf_event_atomic",
};

const char *kernel_attachment_word(enum kernel_attachment attachment)
{
	return words[attachment];
}
