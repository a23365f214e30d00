/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TOP_MODEL_H
#define GOHTTPSNOOP_CORE_TOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "summary_input.h"

/*
 * What happened lately, by service, side, method and route: rates and percentiles of the last seconds, a history of each
 * second's latency, and the last requests. Rows that had no request for TOP_FORGET seconds are forgotten.
 */
struct top_model;

enum {
	TOP_WINDOW = 10,  /* seconds that rates and percentiles are of */
	TOP_HISTORY = 30, /* seconds */
	TOP_RECENT = 20,  /* requests of a row */
	TOP_FORGET = 60,  /* seconds without a request, after which a row is forgotten */
	TOP_MAX_ROWS =
		512, /* requests of further rows are counted in one row named SUMMARY_OTHERS */
	TOP_MAX_PATH = 128,
};

/* One of the last requests. */
struct top_request {
	int64_t time, duration,
		status; /* nanoseconds since the epoch; below 0: not known, also the others */
	char outcome[12];
	char path[TOP_MAX_PATH];
	uint64_t id, within;
	bool is_client, failed;
};

struct top_row {
	uint64_t number; /* above 0, and another one for each row; it stays the same while rows change their places */
	const char *service, *method, *route;
	bool is_client;
	double rate;		    /* requests a second */
	double failed;		    /* share of them, 0 to 1 */
	int64_t p50, p90, p99, max; /* nanoseconds; below 0: there were none */
	uint64_t total;		    /* requests since the row is there */
	/* The 99th percentile of each second, the last one at the end; 0: there was no request. */
	int64_t history[TOP_HISTORY];
	/* The last requests, the latest first. */
	struct top_request recent[TOP_RECENT];
	size_t recent_count;
};

struct top_totals {
	double rate, failed;
	uint64_t total;
	size_t rows;
};

enum top_order {
	TOP_BY_RATE,
	TOP_BY_FAILED,
	TOP_BY_P50,
	TOP_BY_P99,
	TOP_BY_MAX,
	TOP_BY_TOTAL,
	TOP_BY_NAME,
	TOP_ORDERS
};

int top_create(struct top_model **ret_model);
void top_destroy(struct top_model *model);

/* Takes a request, see summary_taker; `user` is the model. -ENOMEM. */
summary_taker top_take;

/* Says how much of the second that is counted has passed, from 0 to 1, for rates. */
void top_set_part(struct top_model *model, double part);

/* Ends the second that is counted, and begins another one. */
void top_tick(struct top_model *model);

struct top_totals top_totals(const struct top_model *model);

/*
 * The rows in this order whose service, method or route contains `filter` (NULL or "": all), valid until the next call
 * of any function. NULL if memory ran out.
 */
const struct top_row *const *top_rows(struct top_model *model, enum top_order order,
				      const char *filter, size_t *ret_count);

/* Returns the place of the row with this number among them; 0 if there is none. */
size_t top_place_of(const struct top_row *const *rows, size_t count, uint64_t number);

#endif
