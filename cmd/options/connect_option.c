/* SPDX-License-Identifier: MIT */
#include "connect_option.h"

#include <errno.h>
#include <string.h>

#include "array.h"
#include "sink.h"

static int check_new(const struct endpoint *connections, size_t count, const char *text,
		     struct error *err)
{
	if (count == SINK_MOST_CONNECTIONS)
		return error_fail(err, -EINVAL, "at most %d listeners can be given",
				  SINK_MOST_CONNECTIONS);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(connections[i].text, text) == 0)
			return error_fail(err, -EINVAL, "this listener is given twice");
	}
	return 0;
}

int connections_add(struct endpoint **connections, size_t *count, const char *text,
		    struct error *err)
{
	struct endpoint *more = array_grow(*connections, *count, sizeof(*more));
	int r;

	if (!more)
		return error_fail(err, -ENOMEM, "out of memory");
	*connections = more;
	r = check_new(more, *count, text, err);
	if (r == 0)
		r = endpoint_parse(text, &more[*count], err);
	if (r == 0)
		++*count;
	else
		error_subject(err, "--connect %s", text);
	return r;
}
