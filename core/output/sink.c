/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include "sink_type.h"

bool sink_wants(const struct sink *sink)
{
	return !sink->wants || sink->wants(sink);
}

void sink_count(const struct sink *sink, struct sink_counts *counts)
{
	if (sink->count)
		sink->count(sink, counts);
}

int sink_write(struct sink *sink, struct batch *batch)
{
	return sink->write(sink, batch);
}

size_t sink_end(struct sink *sink)
{
	return sink->end(sink);
}

int sink_conclude(struct sink *sink, struct error *err)
{
	return sink->conclude ? sink->conclude(sink, err) : 0;
}

void sink_close(struct sink *sink)
{
	if (sink)
		sink->close(sink);
}
