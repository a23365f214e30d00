/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "path_fold.h"

enum { SUMMARY_BUCKETS = 1 << 12, MAX_ROUTE = 512 };

struct summary_entry {
	struct summary_row row;
	struct summary_entry *next; /* in its bucket */
	char *strings;		    /* of the row */
};

struct summary {
	struct summary_entry **entries;
	size_t count;
	struct summary_entry *buckets[SUMMARY_BUCKETS];
	const struct summary_row **sorted;
	int64_t first, last; /* times of requests */
};

/* What a row is for. */
struct summary_key {
	const char *service, *method, *route;
	bool is_client;
};

int summary_create(struct summary **ret_summary)
{
	struct summary *summary = calloc(1, sizeof(*summary));

	if (!summary)
		return -ENOMEM;
	*ret_summary = summary;
	return 0;
}

static void summary_entry_destroy(struct summary_entry *entry)
{
	histogram_finish(&entry->row.durations);
	free(entry->strings);
	free(entry);
}

void summary_clear(struct summary *summary)
{
	for (size_t i = 0; i < summary->count; i++)
		summary_entry_destroy(summary->entries[i]);
	free(summary->entries);
	free(summary->sorted);
	*summary = (struct summary){ 0 };
}

void summary_destroy(struct summary *summary)
{
	if (!summary)
		return;
	summary_clear(summary);
	free(summary);
}

/* FNV-1a over the string with its NUL, so that strings that follow each other stay apart. */
static uint64_t add_to_hash(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return hash;
}

static size_t summary_bucket(const struct summary_key *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + key->is_client;

	hash = add_to_hash(hash, key->service);
	hash = add_to_hash(hash, key->method);
	return add_to_hash(hash, key->route) % SUMMARY_BUCKETS;
}

static bool is_row_of(const struct summary_row *row, const struct summary_key *key)
{
	return row->is_client == key->is_client && strcmp(row->service, key->service) == 0 &&
	       strcmp(row->method, key->method) == 0 && strcmp(row->route, key->route) == 0;
}

static const char *copy_string(char **room, const char *text)
{
	char *copy = *room;

	*room = stpcpy(copy, text) + 1;
	return copy;
}

static struct summary_entry *summary_entry_create(const struct summary_key *key)
{
	struct summary_entry *entry = calloc(1, sizeof(*entry));
	char *room = malloc(strlen(key->service) + strlen(key->method) + strlen(key->route) + 3);

	if (!entry || !room) {
		free(entry);
		free(room);
		return NULL;
	}
	entry->strings = room;
	entry->row.is_client = key->is_client;
	entry->row.service = copy_string(&room, key->service);
	entry->row.method = copy_string(&room, key->method);
	entry->row.route = copy_string(&room, key->route);
	return entry;
}

static struct summary_entry *summary_entry_add(struct summary *summary,
					       const struct summary_key *key)
{
	struct summary_entry **entries =
		array_grow(summary->entries, summary->count, sizeof(struct summary_entry *));
	struct summary_entry *entry = entries ? summary_entry_create(key) : NULL;
	size_t bucket = summary_bucket(key);

	if (entries)
		summary->entries = entries;
	if (!entry)
		return NULL;
	entry->next = summary->buckets[bucket];
	summary->buckets[bucket] = entry;
	summary->entries[summary->count++] = entry;
	return entry;
}

static struct summary_entry *summary_entry_find(const struct summary *summary,
						const struct summary_key *key)
{
	struct summary_entry *entry = summary->buckets[summary_bucket(key)];

	while (entry && !is_row_of(&entry->row, key))
		entry = entry->next;
	return entry;
}

/* The row of the key, or one for all requests that would need another row. */
static struct summary_entry *entry_for(struct summary *summary, const struct summary_key *key)
{
	static const struct summary_key others = { SUMMARY_OTHERS, SUMMARY_OTHERS, SUMMARY_OTHERS,
						   false };
	struct summary_entry *entry = summary_entry_find(summary, key);

	if (entry)
		return entry;
	if (summary->count < SUMMARY_MAX_ROWS)
		return summary_entry_add(summary, key);
	entry = summary_entry_find(summary, &others);
	return entry ? entry : summary_entry_add(summary, &others);
}

static void note_time(struct summary *summary, int64_t time)
{
	if (!summary->first || time < summary->first)
		summary->first = time;
	if (time > summary->last)
		summary->last = time;
}

int summary_add(struct summary *summary, const struct summary_request *request)
{
	char folded[MAX_ROUTE] = "-";
	struct summary_key key = { request->service, request->method ? request->method : "-",
				   folded, request->is_client };
	struct summary_entry *entry;

	if (request->route && request->route[0])
		key.route = request->route;
	else if (request->path)
		path_fold(request->path, folded, sizeof(folded));
	entry = entry_for(summary, &key);
	if (!entry)
		return -ENOMEM;
	if (request->duration >= 0 && histogram_add(&entry->row.durations, request->duration) < 0)
		return -ENOMEM;
	note_time(summary, request->time);
	entry->row.requests++;
	entry->row.failed += request->failed;
	if (request->bytes > 0 && entry->row.bytes <= INT64_MAX - (uint64_t)request->bytes)
		entry->row.bytes += (uint64_t)request->bytes;
	return 0;
}

/* The most requests first; rows with as many in the order of their names. */
static int compare_rows(const void *a, const void *b)
{
	const struct summary_row *first = *(const struct summary_row *const *)a;
	const struct summary_row *second = *(const struct summary_row *const *)b;
	int order;

	if (first->requests != second->requests)
		return first->requests < second->requests ? 1 : -1;
	order = strcmp(first->service, second->service);
	if (order == 0)
		order = strcmp(first->route, second->route);
	if (order == 0)
		order = strcmp(first->method, second->method);
	return order ? order : first->is_client - second->is_client;
}

const struct summary_row *const *summary_rows(struct summary *summary, size_t *ret_count)
{
	const struct summary_row **sorted =
		realloc(summary->sorted, (summary->count + 1) * sizeof(const struct summary_row *));

	if (!sorted)
		return NULL;
	summary->sorted = sorted;
	for (size_t i = 0; i < summary->count; i++)
		sorted[i] = &summary->entries[i]->row;
	qsort(sorted, summary->count, sizeof(const struct summary_row *), compare_rows);
	*ret_count = summary->count;
	return sorted;
}

int64_t summary_span(const struct summary *summary)
{
	return summary->last - summary->first;
}
