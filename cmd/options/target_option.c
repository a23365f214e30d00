/* SPDX-License-Identifier: MIT */
#include "target_option.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "array.h"
#include "contract.h"
#include "option_value.h"

static int add_pid(uint32_t **pids, size_t *count, uint32_t pid, struct error *err)
{
	uint32_t *more = array_grow(*pids, *count, sizeof(*more));

	if (!more)
		return error_fail(err, -ENOMEM, "out of memory");
	*pids = more;
	more[(*count)++] = pid;
	return 0;
}

int pids_add(uint32_t **pids, size_t *count, const char *text, struct error *err)
{
	for (const char *at = text;;) {
		char *end;
		unsigned long pid;
		int r;

		errno = 0;
		pid = strtoul(at, &end, 10);
		if (*at < '0' || *at > '9' || errno || pid == 0 || pid > INT_MAX ||
		    (*end != ',' && *end != '\0'))
			return error_fail(
				err, -EINVAL,
				"--pid %s: a process id, or several separated by commas, is expected",
				text);
		r = add_pid(pids, count, pid, err);
		if (r < 0 || *end == '\0')
			return r;
		at = end + 1;
	}
}

int ports_add(uint16_t **ports, size_t *count, const char *text, struct error *err)
{
	uint64_t port = 0;
	uint16_t *more;
	int r = option_count("--port", text, 1, UINT16_MAX, &port, err);

	if (r < 0)
		return r;
	if (*count == WATCHED_PORTS)
		return error_fail(err, -EINVAL, "--port %s: at most %d ports can be given", text,
				  WATCHED_PORTS);
	more = array_grow(*ports, *count, sizeof(*more));
	if (!more)
		return error_fail(err, -ENOMEM, "out of memory");
	*ports = more;
	more[(*count)++] = port;
	return 0;
}
