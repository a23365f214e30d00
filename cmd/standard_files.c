/* SPDX-License-Identifier: MIT */
#include "standard_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* open() takes the lowest free number: that of the file, because those before it are open by now. */
int standard_files_open(struct error *err)
{
	for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++) {
		/* What is opened for the other direction fails as a closed file does. */
		int direction = file == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(file, F_GETFD) < 0 && open("/dev/null", direction) < 0) {
			error_subject(err, "/dev/null");
			return error_fail(err, -errno, "cannot be opened: %s", strerror(errno));
		}
	}
	return 0;
}
