/* SPDX-License-Identifier: MIT */
#include "sink_type.h"

void sink_destroy(struct sink *sink)
{
	if (sink)
		sink->destroy(sink);
}

int sink_write(struct sink *sink, struct bytes line)
{
	return sink->write(sink, line);
}

int sink_flush(struct sink *sink)
{
	return sink->flush(sink);
}
