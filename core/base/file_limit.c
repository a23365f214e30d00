/* SPDX-License-Identifier: MIT */
#include "file_limit.h"

#include <errno.h>
#include <sys/resource.h>

void file_limit_raise(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur == files.rlim_max)
		return;
	files.rlim_cur = files.rlim_max;
	/* Continue also if the limit cannot be raised. */
	setrlimit(RLIMIT_NOFILE, &files);
}

void file_limit_hint(struct error *err)
{
	if (err && err->code == -EMFILE)
		error_hint(err, "raise the limit: ulimit -Hn, or LimitNOFILE=");
}
