/* SPDX-License-Identifier: MIT */
#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int text_file_read(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t used = 0;
	ssize_t count = 0;
	int r = 0;

	buffer[0] = '\0';
	if (fd < 0)
		return -errno;
	while (used < size - 1) {
		count = read(fd, buffer + used, size - 1 - used);
		if (count <= 0)
			break;
		used += (size_t)count;
	}
	if (count < 0) {
		r = -errno;
		used = 0;
	}
	buffer[used] = '\0';
	close(fd);
	return r;
}
