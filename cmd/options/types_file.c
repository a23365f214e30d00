/* SPDX-License-Identifier: MIT */
#include "types_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens the file, because access() would ignore capabilities of an ordinary user. */
int types_file_check(const char *path, struct error *err)
{
	int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat facts;
	int r = 0;

	if (!path)
		return 0;
	if (file < 0 || fstat(file, &facts) < 0)
		r = -errno;
	else if (S_ISDIR(facts.st_mode))
		r = -EISDIR;
	if (file >= 0)
		close(file);
	/* What lacks now may be there when the file is needed. */
	if (r == 0 || error_is_shortage(r))
		return 0;
	error_subject(err, "--types %s", path);
	return error_fail(err, r, "cannot be read: %s", strerror(-r));
}
