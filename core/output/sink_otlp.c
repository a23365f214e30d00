/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include <errno.h>
#include <stdlib.h>

#include "otlp.h"
#include "sink_type.h"

/* It gets events instead of lines; as a sink it takes part in the end of a session. */
struct otlp_sink {
	struct sink sink;
	struct otlp *otlp; /* owned */
};

static int otlp_sink_write(struct sink *sink, struct batch *batch)
{
	return 0;
}

static bool otlp_sink_wants(const struct sink *sink)
{
	return false;
}

static size_t otlp_sink_end(struct sink *sink)
{
	return otlp_end(((struct otlp_sink *)sink)->otlp);
}

static int otlp_sink_conclude(struct sink *sink, struct error *err)
{
	return otlp_conclude(((struct otlp_sink *)sink)->otlp, err);
}

static void otlp_sink_count(const struct sink *sink, struct sink_counts *counts)
{
	const struct otlp *otlp = ((const struct otlp_sink *)sink)->otlp;

	counts->readers += otlp_is_accepted(otlp);
	counts->lost += otlp_lost(otlp);
}

static void otlp_sink_close(struct sink *sink)
{
	otlp_close(((struct otlp_sink *)sink)->otlp);
	free(sink);
}

int sink_create_otlp(struct otlp *otlp, struct sink **ret_sink, struct error *err)
{
	struct otlp_sink *sink = calloc(1, sizeof(*sink));

	if (!sink) {
		otlp_close(otlp);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	sink->sink = (struct sink){
		.wants = otlp_sink_wants,
		.write = otlp_sink_write,
		.end = otlp_sink_end,
		.conclude = otlp_sink_conclude,
		.count = otlp_sink_count,
		.close = otlp_sink_close,
	};
	sink->otlp = otlp;
	*ret_sink = &sink->sink;
	return 0;
}
