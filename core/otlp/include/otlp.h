/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OTLP_H
#define GOHTTPSNOOP_CORE_OTLP_H

#include "bytes.h"
#include "event.h"
#include "notice.h"
#include "origin.h"
#include "otlp_endpoint.h"
#include "redaction.h"

struct uv_loop_s;

/*
 * Sends events to a receiver of OTLP: requests, those that programs make, and calls as spans; durations of requests as
 * histograms; and the number of lost events. Nothing waits for the receiver: spans are queued meanwhile, and beyond a limit they
 * are lost.
 */
struct otlp;

struct otlp_options {
	struct uv_loop_s *loop;
	const struct otlp_endpoint *endpoint; /* outlives it */
	const struct origin *origin;	      /* or NULL; outlives it */
	const struct redaction *redaction;    /* NULL: secrets are shown */
	const char *version;		      /* of gohttpsnoop */
	size_t limit;			      /* bytes of spans that may be queued */
	struct notifier notifier;
};

/* -ENOSYS: this build has no library for HTTP. */
int otlp_open(const struct otlp_options *options, struct otlp **ret_otlp, struct error *err);
/* Frees it after the loop has closed its handles; run the loop after this. Accepts NULL. */
void otlp_close(struct otlp *otlp);

/* Whether requests, those that programs make, and calls have spans; else there are only metrics. */
bool otlp_makes_spans(const struct otlp *otlp);

/*
 * The functions for events return -ENOMEM if memory ran out. Makes the lines of an event that may be sent later: its resource
 * and its span. They are empty if it has none, and valid until the next call.
 */
int otlp_format(struct otlp *otlp, const struct event *event, struct bytes *ret_lines);

/* Queues the span that otlp_format() has made, or counts it as lost. */
int otlp_add_span(struct otlp *otlp, struct bytes lines);

/* Takes an event: queues its span, and counts it. */
int otlp_event(struct otlp *otlp, const struct event *event);

/*
 * Sends what there is at the end of a session, and returns the number of bytes that are still queued, as sink_end() does. At last
 * the counters are sent.
 */
size_t otlp_end(struct otlp *otlp);

/* Reports what is lost at the end; returns an error if the receiver failed last. */
int otlp_conclude(struct otlp *otlp, struct error *err);

/* The number of spans that were lost so far. */
uint64_t otlp_lost(const struct otlp *otlp);

/* Whether the receiver has accepted the last request. */
bool otlp_is_accepted(const struct otlp *otlp);

#endif
