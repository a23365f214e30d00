/* SPDX-License-Identifier: MIT */
#include "record_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

#define INITIAL_NAMESPACE 0xeffffffau /* linux/proc_ns.h, PROC_TIME_INIT_INO */
#define SECOND INT64_C(1000000000)

bool record_clock_parse_offsets(const char *text, int64_t *ret_shift)
{
	static const char key[] = "monotonic";

	for (const char *line = text; line; line = strchr(line, '\n')) {
		int64_t seconds, nanoseconds, shift;

		line += *line == '\n';
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		if (sscanf(line + strlen(key), " %" SCNd64 " %" SCNd64, &seconds, &nanoseconds) !=
			    2 ||
		    __builtin_mul_overflow(seconds, SECOND, &shift) ||
		    __builtin_add_overflow(shift, nanoseconds, &shift))
			return false;
		*ret_shift = shift;
		return true;
	}
	return false;
}

static bool read_offsets(int64_t *ret_shift)
{
	int fd = open("/proc/self/timens_offsets", O_RDONLY | O_CLOEXEC);
	char text[256];
	ssize_t size;

	if (fd < 0)
		return false;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (size <= 0)
		return false;
	text[size] = '\0';
	return record_clock_parse_offsets(text, ret_shift);
}

/* Returns -ENODATA if the offsets of this namespace cannot be read, or the error of stat(2). */
static int find_shift(int64_t *ret_shift)
{
	struct stat own, of_children;

	*ret_shift = 0;
	if (stat("/proc/self/ns/time", &own) < 0)
		return errno == ENOENT ? 0 : -errno; /* a kernel without time namespaces */
	if (own.st_ino == INITIAL_NAMESPACE)
		return 0;
	/* The offsets in the file are those of the namespace of future children. */
	if (stat("/proc/self/ns/time_for_children", &of_children) < 0 ||
	    of_children.st_ino != own.st_ino || !read_offsets(ret_shift))
		return -ENODATA;
	return 0;
}

int record_clock_open(struct record_clock *ret_clock, struct error *err)
{
	int64_t shift;

	if (find_shift(&shift) < 0) {
		error_fail(
			err, -ENOTSUP,
			"the offset of this time namespace's clock from the kernel's is not known");
		error_hint(err, "run gohttpsnoop in the initial time namespace");
		return -ENOTSUP;
	}
	*ret_clock = (struct record_clock){ shift };
	return 0;
}

uint64_t record_clock_now(const struct record_clock *clock)
{
	return (uint64_t)(clock_monotonic() - clock->shift);
}

int64_t record_clock_wall_offset(const struct record_clock *clock)
{
	return clock_wall_offset() + clock->shift;
}
