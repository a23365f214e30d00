/* SPDX-License-Identifier: MIT */
#include "top_model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "histogram.h"
#include "path_fold.h"

enum { MAX_KEY = 512 }; /* bytes */

/* The requests of one second. */
struct second {
	struct histogram durations;
	uint64_t requests, failed;
};

struct entry {
	struct top_row row;
	char *key; /* service, method and route, each with a NUL */
	size_t key_size;
	struct second seconds[TOP_WINDOW]; /* the one that is counted at `model->at` */
	uint64_t idle;			   /* seconds without a request */
	size_t next_recent;
	struct top_request recent[TOP_RECENT]; /* a ring */
};

struct top_model {
	struct entry **entries;
	size_t count;
	uint64_t last_number; /* of a row */
	const struct top_row **sorted;
	size_t at;	/* the second that is counted */
	size_t elapsed; /* seconds that have ended, less than TOP_WINDOW */
	double part;	/* of the second that is counted: how much has passed */
	struct second totals[TOP_WINDOW];
	uint64_t total;
};

/* What a row is for, as one run of bytes. */
struct row_key {
	char bytes[3 * MAX_KEY + 1];
	size_t size;
};

int top_create(struct top_model **ret_model)
{
	struct top_model *model = calloc(1, sizeof(*model));

	if (!model)
		return -ENOMEM;
	*ret_model = model;
	return 0;
}

static void entry_destroy(struct entry *entry)
{
	for (size_t i = 0; i < TOP_WINDOW; i++)
		histogram_finish(&entry->seconds[i].durations);
	free(entry->key);
	free(entry);
}

void top_destroy(struct top_model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->count; i++)
		entry_destroy(model->entries[i]);
	free(model->entries);
	free(model->sorted);
	free(model);
}

/* ---- requests ---- */

static void key_add(struct row_key *key, const char *text)
{
	size_t size = strnlen(text, MAX_KEY - 1);

	memcpy(key->bytes + key->size, text, size);
	key->bytes[key->size + size] = '\0';
	key->size += size + 1;
}

static void key_of_request(const struct summary_request *request, struct row_key *key)
{
	char folded[MAX_KEY] = "-";

	if (!(request->route && request->route[0]) && request->path)
		path_fold(request->path, folded, sizeof(folded));
	key->size = 0;
	key_add(key, request->service);
	key_add(key, request->method ? request->method : "-");
	key_add(key, request->route && request->route[0] ? request->route : folded);
	key->bytes[key->size++] = (char)request->is_client;
}

static struct entry *entry_create(const struct row_key *key)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	char *bytes = malloc(key->size);

	if (!entry || !bytes) {
		free(entry);
		free(bytes);
		return NULL;
	}
	memcpy(bytes, key->bytes, key->size);
	entry->key = bytes;
	entry->key_size = key->size;
	entry->row.service = bytes;
	entry->row.method = entry->row.service + strlen(entry->row.service) + 1;
	entry->row.route = entry->row.method + strlen(entry->row.method) + 1;
	entry->row.is_client = bytes[key->size - 1];
	return entry;
}

static struct entry *top_entry_find(const struct top_model *model, const struct row_key *key)
{
	for (size_t i = 0; i < model->count; i++) {
		if (model->entries[i]->key_size == key->size &&
		    memcmp(model->entries[i]->key, key->bytes, key->size) == 0)
			return model->entries[i];
	}
	return NULL;
}

static struct entry *entry_add(struct top_model *model, const struct row_key *key)
{
	struct entry **entries = array_grow(model->entries, model->count, sizeof(struct entry *));
	struct entry *entry = entries ? entry_create(key) : NULL;

	if (entries)
		model->entries = entries;
	if (entry) {
		entry->row.number = ++model->last_number;
		entries[model->count++] = entry;
	}
	return entry;
}

/* Returns the row of the key, or that of all others; NULL if memory ran out. */
static struct entry *entry_of(struct top_model *model, struct row_key *key)
{
	struct entry *entry = top_entry_find(model, key);

	if (entry)
		return entry;
	if (model->count < TOP_MAX_ROWS)
		return entry_add(model, key);
	key_of_request(&(struct summary_request){ .service = SUMMARY_OTHERS,
						  .method = SUMMARY_OTHERS,
						  .route = SUMMARY_OTHERS },
		       key);
	entry = top_entry_find(model, key);
	return entry ? entry : entry_add(model, key);
}

static int second_add(struct second *second, const struct summary_request *request)
{
	second->requests++;
	second->failed += request->failed;
	return request->duration < 0 ? 0 : histogram_add(&second->durations, request->duration);
}

static void note_recent(struct entry *entry, const struct summary_request *request)
{
	struct top_request *recent = &entry->recent[entry->next_recent];

	entry->next_recent = (entry->next_recent + 1) % TOP_RECENT;
	if (entry->row.recent_count < TOP_RECENT)
		entry->row.recent_count++;
	*recent = (struct top_request){ .time = request->time,
					.duration = request->duration,
					.status = request->status,
					.id = request->id,
					.within = request->within,
					.is_client = request->is_client,
					.failed = request->failed };
	snprintf(recent->outcome, sizeof(recent->outcome), "%s",
		 request->outcome ? request->outcome : "");
	snprintf(recent->path, sizeof(recent->path), "%s", request->path ? request->path : "-");
}

int top_take(void *user, const struct summary_request *request)
{
	struct top_model *model = user;
	struct row_key key;
	struct entry *entry;

	model->total++;
	model->totals[model->at].requests++;
	model->totals[model->at].failed += request->failed;
	key_of_request(request, &key);
	entry = entry_of(model, &key);
	if (!entry)
		return -ENOMEM;
	entry->idle = 0;
	entry->row.total++;
	note_recent(entry, request);
	return second_add(&entry->seconds[model->at], request);
}

/* ---- time ---- */

static void second_clear(struct second *second)
{
	histogram_finish(&second->durations);
	second->requests = second->failed = 0;
}

static void note_history(struct top_row *row, const struct second *second)
{
	memmove(row->history, row->history + 1, (TOP_HISTORY - 1) * sizeof(row->history[0]));
	row->history[TOP_HISTORY - 1] = (int64_t)histogram_percentile(&second->durations, 99);
}

static void forget_idle(struct top_model *model)
{
	size_t kept = 0;

	for (size_t i = 0; i < model->count; i++) {
		if (model->entries[i]->idle++ < TOP_FORGET)
			model->entries[kept++] = model->entries[i];
		else
			entry_destroy(model->entries[i]);
	}
	model->count = kept;
}

void top_set_part(struct top_model *model, double part)
{
	model->part = part;
}

void top_tick(struct top_model *model)
{
	model->part = 0;
	for (size_t i = 0; i < model->count; i++)
		note_history(&model->entries[i]->row, &model->entries[i]->seconds[model->at]);
	forget_idle(model);
	model->at = (model->at + 1) % TOP_WINDOW;
	if (model->elapsed < TOP_WINDOW - 1)
		model->elapsed++;
	second_clear(&model->totals[model->at]);
	for (size_t i = 0; i < model->count; i++)
		second_clear(&model->entries[i]->seconds[model->at]);
}

/* ---- rows ---- */

/* The seconds that are summed up. */
static double seconds_of(const struct top_model *model)
{
	double seconds = (double)model->elapsed + model->part;

	return seconds > 0 ? seconds : 1;
}

struct top_totals top_totals(const struct top_model *model)
{
	uint64_t requests = 0, failed = 0;

	for (size_t i = 0; i < TOP_WINDOW; i++) {
		requests += model->totals[i].requests;
		failed += model->totals[i].failed;
	}
	return (struct top_totals){ .rate = (double)requests / seconds_of(model),
				    .failed = requests ? (double)failed / (double)requests : 0,
				    .total = model->total,
				    .rows = model->count };
}

static void fill_recent(struct entry *entry)
{
	for (size_t i = 0; i < entry->row.recent_count; i++)
		entry->row.recent[i] =
			entry->recent[(entry->next_recent + TOP_RECENT - 1 - i) % TOP_RECENT];
}

static int64_t percentile_of(const struct histogram *durations, double percent)
{
	return durations->count ? (int64_t)histogram_percentile(durations, percent) : -1;
}

/* Sums the last seconds up. Without memory the row has no percentiles. */
static void fill_row(const struct top_model *model, struct entry *entry)
{
	struct histogram sum = { 0 };
	uint64_t requests = 0, failed = 0;

	for (size_t i = 0; i < TOP_WINDOW; i++) {
		requests += entry->seconds[i].requests;
		failed += entry->seconds[i].failed;
		histogram_add_all(&sum, &entry->seconds[i].durations);
	}
	entry->row.rate = (double)requests / seconds_of(model);
	entry->row.failed = requests ? (double)failed / (double)requests : 0;
	entry->row.p50 = percentile_of(&sum, 50);
	entry->row.p90 = percentile_of(&sum, 90);
	entry->row.p99 = percentile_of(&sum, 99);
	entry->row.max = percentile_of(&sum, 100);
	histogram_finish(&sum);
	fill_recent(entry);
}

static double order_value(const struct top_row *row, enum top_order order)
{
	switch (order) {
	case TOP_BY_FAILED:
		return row->failed;
	case TOP_BY_P50:
		return (double)row->p50;
	case TOP_BY_P99:
		return (double)row->p99;
	case TOP_BY_MAX:
		return (double)row->max;
	case TOP_BY_TOTAL:
		return (double)row->total;
	case TOP_BY_NAME:
		return 0;
	default:
		return row->rate;
	}
}

static int compare_row_names(const struct top_row *a, const struct top_row *b)
{
	int order = strcmp(a->service, b->service);

	if (order == 0)
		order = strcmp(a->route, b->route);
	if (order == 0)
		order = strcmp(a->method, b->method);
	return order ? order : a->is_client - b->is_client;
}

static int compare_by(const void *a, const void *b, void *user)
{
	const struct top_row *first = *(const struct top_row *const *)a;
	const struct top_row *second = *(const struct top_row *const *)b;
	double x = order_value(first, *(enum top_order *)user);
	double y = order_value(second, *(enum top_order *)user);

	return x != y ? (x < y) - (x > y) : compare_row_names(first, second);
}

static bool row_matches(const struct top_row *row, const char *filter)
{
	return !filter || strstr(row->service, filter) || strstr(row->method, filter) ||
	       strstr(row->route, filter);
}

const struct top_row *const *top_rows(struct top_model *model, enum top_order order,
				      const char *filter, size_t *ret_count)
{
	const struct top_row **sorted =
		realloc(model->sorted, (model->count + 1) * sizeof(const struct top_row *));

	if (!sorted)
		return NULL;
	model->sorted = sorted;
	*ret_count = 0;
	for (size_t i = 0; i < model->count; i++) {
		if (!row_matches(&model->entries[i]->row, filter))
			continue;
		fill_row(model, model->entries[i]);
		sorted[(*ret_count)++] = &model->entries[i]->row;
	}
	qsort_r(sorted, *ret_count, sizeof(const struct top_row *), compare_by, &order);
	return sorted;
}

size_t top_place_of(const struct top_row *const *rows, size_t count, uint64_t number)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i]->number == number)
			return i;
	}
	return 0;
}
