/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SURVEY_H
#define GOHTTPSNOOP_CORE_SURVEY_H

#include "binary.h"
#include "other_servers.h"
#include "probe.h"
#include "protocol_rows.h"
#include "trace_spec.h"

/* What can be traced in a binary: the probes of protocols or of functions, compiled, with reasons. */
struct survey_probe {
	const char *
		function; /* lives as long as the survey, the binary and what the survey was asked with */
	enum plan_role role;
	int result;	    /* 0: the probe can be attached; else a negative errno */
	bool is_excess;	    /* it stands for those of a pattern's functions that are too many */
	struct error why;   /* when it is negative */
	struct probe probe; /* when it is not */
	bool awaits_return; /* this and the rest: see decode.h */
	bool returns_at_once;
	uint16_t returned_count;
	uint8_t expression_count;
};

struct survey {
	const struct binary *binary; /* outlives the survey */
	size_t count;
	struct survey_probe *probes;
	struct protocol_rows
		rows; /* what the probes of protocols were compiled from, in their order */
	/* What cannot be seen because the compiler inlined a call; of these there are `limitation_count`. */
	const struct protocol_limitation **limitations;
	size_t limitation_count;
	struct other_servers others; /* what the binary serves by, and the protocol does not see */
};

/* What of the requests that the binary handles is not seen, in words: number `index`; NULL beyond the last. */
const char *survey_unseen(const struct survey *survey, size_t index);

/* A survey with room for `count` probes. -ENOMEM is the only failure. */
int survey_init(struct survey *survey, const struct binary *binary, size_t count,
		struct error *err);

/*
 * Compiles the probes of all protocols (protocol_registry.h). Rows that do not fit the binary (-ENOENT) are part
 * of the survey like the others. -ENOENT when the binary has no server whose requests can be followed from
 * start to end, and then there is no survey.
 */
int survey_protocols(const struct binary *binary, const struct trace_spec *spec,
		     struct survey *ret_survey, struct error *err);

/*
 * Compiles a probe for each function that the requests mean. Those that cannot be traced are part of the
 * survey. Negative only when there is no memory.
 */
int survey_functions(const struct binary *binary, const struct trace_spec *spec,
		     struct survey *ret_survey, struct error *err);

/* How many of the probes can be attached. */
size_t survey_count_fit(const struct survey *survey);

void survey_finish(struct survey *survey);

#endif
