/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PAGE_DATA_H
#define GOHTTPSNOOP_CORE_PAGE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "summary_input.h"

/* What a page about recorded requests shows. The requests are read twice: page_data_add(), then page_data_add_made(). */
struct page_data;

enum { PAGE_SLOWEST = 50, PAGE_MADE = 64, PAGE_MAX_PATH = 256 };

/* When and how long a request was served. */
struct page_point {
	int64_t time, duration; /* nanoseconds */
	bool failed;
};

/* A request with its names, cut to their room. */
struct page_request {
	int64_t time, duration, status; /* nanoseconds; `status` below 0: not known */
	uint64_t id;
	bool failed, is_client;
	char service[16], method[16], outcome[12], path[PAGE_MAX_PATH];
};

/* One of the slowest requests, with what was requested for it. */
struct page_slow {
	struct page_request request;
	struct page_request *made; /* at most PAGE_MADE, in the order of the file */
	size_t made_count;
};

int page_data_create(struct page_data **ret_data);
/* Says how many requests are missing in the recording. */
void page_data_set_lost(struct page_data *data, uint64_t lost);
uint64_t page_data_lost(const struct page_data *data);

void page_data_destroy(struct page_data *data);

/* Takers of requests, see summary_input.h; `user` is the data. The second one is for the second reading. */
summary_taker page_data_add;
summary_taker page_data_add_made;

/* The requests that were served and whose duration is known, in the order of the file. */
const struct page_point *page_data_points(const struct page_data *data, size_t *ret_count);

/* The slowest first. */
const struct page_slow *page_data_slowest(const struct page_data *data, size_t *ret_count);

/* How many requests are missing in the recording. */
void page_data_set_lost(struct page_data *data, uint64_t lost);
uint64_t page_data_lost(const struct page_data *data);

struct summary *page_data_summary(const struct page_data *data);

#endif
