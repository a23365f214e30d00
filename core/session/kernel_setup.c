/* SPDX-License-Identifier: MIT */
#include "kernel_setup.h"

#include <string.h>

/* Reports features that the kernel lacks if their absence can be noticed in events. */
static void kernel_setup_describe(const struct kernel_options *options,
				  const struct notifier *notifier, const struct kernel *kernel)
{
	notice(notifier, NOTICE_DEBUG, "attaching with %s", kernel_attachment_name(kernel));
	if (options->attachment == KERNEL_ATTACHMENT_BEST && !kernel_can_sleep(kernel))
		notice(notifier, NOTICE_INFO,
		       "this kernel has no sleepable uprobes (since Linux 6.0): values on pages that are "
		       "not in memory are null");
}

static void tell_verifier_lines(const struct notifier *notifier, char *lines)
{
	char *rest = lines, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line)
			notice(notifier, NOTICE_DEBUG, "verifier: %s", line);
	}
}

int kernel_setup(const struct kernel_options *options, const struct notifier *notifier,
		 struct kernel **ret_kernel, struct error *err)
{
	struct kernel_facts facts;
	struct kernel_features features;
	struct kernel_failure failure;
	struct kernel_options wanted = *options;
	int r;

	kernel_facts_read(&facts);
	kernel_features_probe(&facts, &features);
	wanted.facts = &facts;
	wanted.features = &features;
	r = kernel_open(&wanted, ret_kernel, &failure, err);
	if (r == 0)
		kernel_setup_describe(&wanted, notifier, *ret_kernel);
	else
		tell_verifier_lines(notifier, failure.verifier);
	return r;
}
