/* SPDX-License-Identifier: MIT */
#include "pinned_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lease.h"
#include "privilege.h"

int pinned_file_open(const char *path, struct pinned_file *ret_file, struct error *err)
{
	struct pinned_file file;
	int r;

	file.descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file.descriptor < 0 && errno == EACCES)
		return privilege_fail(err, -errno, PRIVILEGE_READ, "the file cannot be read");
	if (file.descriptor < 0)
		return error_fail(err, -errno, "%s", strerror(errno));
	/* Before the content is read. */
	file.lease_code = lease_take(file.descriptor);
	r = file_identity_of(file.descriptor, &file.identity);
	if (r < 0) {
		close(file.descriptor);
		return error_fail(err, r, "%s", strerror(-r));
	}
	*ret_file = file;
	return 0;
}

void pinned_file_close(struct pinned_file *file)
{
	if (file->descriptor >= 0)
		close(file->descriptor);
	file->descriptor = -1;
}

bool pinned_file_is_pinned(const struct pinned_file *file)
{
	return file->descriptor >= 0 && file->lease_code == 0;
}

bool pinned_file_is_recalled(const struct pinned_file *file)
{
	return pinned_file_is_pinned(file) && lease_is_recalled(file->descriptor);
}

bool pinned_file_is_unlinked(const struct pinned_file *file)
{
	struct stat status;

	return file->descriptor >= 0 && fstat(file->descriptor, &status) == 0 &&
	       status.st_nlink == 0;
}

struct pinned_file_path pinned_file_path(const struct pinned_file *file)
{
	struct pinned_file_path path;

	snprintf(path.text, sizeof(path.text), "/proc/self/fd/%d", file->descriptor);
	return path;
}
