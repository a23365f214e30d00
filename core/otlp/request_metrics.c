/* SPDX-License-Identifier: MIT */
#include "request_metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The bounds that OpenTelemetry's conventions have for durations of requests, and how they are written, in seconds. */
static const uint64_t bounds[] = { 5000000,    10000000,   25000000,   50000000,   75000000,
				   100000000,  250000000,  500000000,  750000000,  1000000000,
				   2500000000, 5000000000, 7500000000, 10000000000 };

#define BOUNDS_TEXT "0.005,0.01,0.025,0.05,0.075,0.1,0.25,0.5,0.75,1,2.5,5,7.5,10"

enum {
	BOUND_COUNT = sizeof(bounds) / sizeof(bounds[0]),
	SLOTS = 4096, /* a power of two */
	PLACES = 8,   /* where events are lost */
};

static const char OVERFLOW[] =
	"[{\"key\":\"otel.metric.overflow\",\"value\":{\"boolValue\":true}}]";

/* A histogram. Its resource and its attributes follow each other in `text`. */
struct duration_series {
	struct duration_series *next_in_slot, *next; /* of the same resource */
	struct resource_series *of;
	uint64_t hash;
	uint64_t counts[BOUND_COUNT + 1], count, sum; /* nanoseconds */
	int64_t begin;
	size_t size;
	char attributes[];
};

struct resource_series {
	struct resource_series *next;
	struct duration_series *series;
	bool has_ended;
	bool was_last; /* it had ended when it was written last */
	size_t size;
	char text[];
};

struct lost_place {
	const char *where;
	uint64_t count;
};

struct request_metrics {
	struct request_metrics_options options;
	struct resource_series *self;	   /* of gohttpsnoop */
	struct resource_series *resources; /* of processes */
	struct duration_series *slots[SLOTS];
	size_t series_count;
	struct lost_place lost[PLACES];
};

/* ---- lifetime ---- */

static struct resource_series *make_resource(struct bytes text)
{
	struct resource_series *resource = calloc(1, sizeof(*resource) + text.size);

	if (!resource)
		return NULL;
	bytes_copy(resource->text, text);
	resource->size = text.size;
	return resource;
}

static void free_resource(struct resource_series *resource)
{
	while (resource && resource->series) {
		struct duration_series *series = resource->series;

		resource->series = series->next;
		free(series);
	}
	free(resource);
}

int request_metrics_create(const struct request_metrics_options *options,
			   struct request_metrics **ret_metrics)
{
	struct request_metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return -ENOMEM;
	metrics->options = *options;
	metrics->self = make_resource(options->self);
	if (!metrics->self) {
		free(metrics);
		return -ENOMEM;
	}
	*ret_metrics = metrics;
	return 0;
}

void request_metrics_destroy(struct request_metrics *metrics)
{
	if (!metrics)
		return;
	while (metrics->resources) {
		struct resource_series *resource = metrics->resources;

		metrics->resources = resource->next;
		free_resource(resource);
	}
	free_resource(metrics->self);
	free(metrics);
}

/* ---- finding ---- */

/* Eight bytes at a time: this runs over a thousand bytes for each request. */
static uint64_t hash_text(uint64_t hash, struct bytes text)
{
	for (size_t at = 0; at < text.size; at += sizeof(uint64_t)) {
		size_t left = text.size - at;
		uint64_t word = 0;

		memcpy(&word, text.data + at, left < sizeof(word) ? left : sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return hash;
}

static uint64_t hash_series(struct bytes resource, struct bytes attributes)
{
	return hash_text(hash_text(resource.size, resource), attributes);
}

static bool is_text(const char *text, size_t size, struct bytes other)
{
	return bytes_equal((struct bytes){ (const uint8_t *)text, size }, other);
}

static struct duration_series *find_series(const struct request_metrics *metrics, uint64_t hash,
					   struct bytes resource, struct bytes attributes)
{
	struct duration_series *series = metrics->slots[hash & (SLOTS - 1)];

	while (series &&
	       (series->hash != hash || !is_text(series->of->text, series->of->size, resource) ||
		!is_text(series->attributes, series->size, attributes)))
		series = series->next_in_slot;
	return series;
}

static struct resource_series *find_resource_series(const struct request_metrics *metrics,
						    struct bytes text)
{
	struct resource_series *resource = metrics->resources;

	while (resource && !is_text(resource->text, resource->size, text))
		resource = resource->next;
	return resource;
}

/* ---- counting ---- */

static struct resource_series *need_resource(struct request_metrics *metrics, struct bytes text)
{
	struct resource_series *resource;

	if (is_text(metrics->self->text, metrics->self->size, text))
		return metrics->self;
	resource = find_resource_series(metrics, text);
	if (resource)
		return resource;
	resource = make_resource(text);
	if (!resource)
		return NULL;
	resource->next = metrics->resources;
	metrics->resources = resource;
	return resource;
}

static struct duration_series *add_series(struct request_metrics *metrics, uint64_t hash,
					  struct bytes resource, struct bytes attributes,
					  int64_t now)
{
	struct duration_series *series = calloc(1, sizeof(*series) + attributes.size);
	struct resource_series *of = series ? need_resource(metrics, resource) : NULL;

	if (!of) {
		free(series);
		return NULL;
	}
	bytes_copy(series->attributes, attributes);
	series->size = attributes.size;
	series->hash = hash;
	series->begin = now;
	series->of = of;
	series->next = of->series;
	of->series = series;
	series->next_in_slot = metrics->slots[hash & (SLOTS - 1)];
	metrics->slots[hash & (SLOTS - 1)] = series;
	metrics->series_count++;
	return series;
}

/* Beyond the limit it is the one that counts all others. */
static struct duration_series *need_series(struct request_metrics *metrics, struct bytes resource,
					   struct bytes attributes, int64_t now)
{
	uint64_t hash = hash_series(resource, attributes);
	struct duration_series *series = find_series(metrics, hash, resource, attributes);

	if (series)
		return series;
	if (metrics->series_count >= metrics->options.most_series) {
		resource =
			(struct bytes){ (const uint8_t *)metrics->self->text, metrics->self->size };
		attributes = (struct bytes){ (const uint8_t *)OVERFLOW, sizeof(OVERFLOW) - 1 };
		hash = hash_series(resource, attributes);
		series = find_series(metrics, hash, resource, attributes);
	}
	return series ? series : add_series(metrics, hash, resource, attributes, now);
}

int request_metrics_add(struct request_metrics *metrics, struct bytes resource,
			struct bytes attributes, uint64_t duration, int64_t now)
{
	struct duration_series *series = need_series(metrics, resource, attributes, now);
	size_t bucket = 0;

	if (!series)
		return -ENOMEM;
	/* A process with the same id has started. */
	series->of->has_ended = series->of->was_last = false;
	/* A bucket includes its upper bound. */
	while (bucket < BOUND_COUNT && duration > bounds[bucket])
		bucket++;
	series->counts[bucket]++;
	series->count++;
	series->sum += duration;
	return 0;
}

void request_metrics_lose(struct request_metrics *metrics, const char *where, uint64_t count)
{
	for (size_t i = 0; i < PLACES; i++) {
		struct lost_place *place = &metrics->lost[i];

		if (place->where && strcmp(place->where, where) != 0)
			continue;
		place->where = where;
		place->count += count;
		return;
	}
}

/* ---- the end of processes ---- */

void request_metrics_end(struct request_metrics *metrics, struct bytes resource)
{
	struct resource_series *found = find_resource_series(metrics, resource);

	if (found)
		found->has_ended = true;
}

static void remove_series(struct request_metrics *metrics, const struct duration_series *series)
{
	struct duration_series **at = &metrics->slots[series->hash & (SLOTS - 1)];

	while (*at != series)
		at = &(*at)->next_in_slot;
	*at = series->next_in_slot;
	metrics->series_count--;
}

void request_metrics_sent(struct request_metrics *metrics)
{
	for (struct resource_series **at = &metrics->resources; *at;) {
		struct resource_series *resource = *at;

		if (!resource->was_last) {
			at = &resource->next;
			continue;
		}
		*at = resource->next;
		for (struct duration_series *series = resource->series; series;
		     series = series->next)
			remove_series(metrics, series);
		free_resource(resource);
	}
}

/* ---- writing ---- */

static void add_metrics_text(struct text_buffer *text, const char *string)
{
	text_buffer_add(text, string, strlen(string));
}

static void write_point_times(struct text_buffer *text, int64_t begin, int64_t now)
{
	text_buffer_print(text, "\"startTimeUnixNano\":\"%lld\",\"timeUnixNano\":\"%lld\"",
			  (long long)begin, (long long)now);
}

static void write_series(struct text_buffer *text, const struct duration_series *series,
			 int64_t now)
{
	add_metrics_text(text, "{\"attributes\":");
	text_buffer_add(text, series->attributes, series->size);
	add_metrics_text(text, ",");
	write_point_times(text, series->begin, now);
	/* Written as an integer and digits: a number of floating point depends on the locale. */
	text_buffer_print(text, ",\"count\":\"%llu\",\"sum\":%llu.%09llu,\"bucketCounts\":[",
			  (unsigned long long)series->count,
			  (unsigned long long)(series->sum / 1000000000),
			  (unsigned long long)(series->sum % 1000000000));
	for (size_t i = 0; i <= BOUND_COUNT; i++)
		text_buffer_print(text, "%s\"%llu\"", i ? "," : "",
				  (unsigned long long)series->counts[i]);
	add_metrics_text(text, "],\"explicitBounds\":[" BOUNDS_TEXT "]}");
}

static void write_histograms(struct text_buffer *text, const struct duration_series *series,
			     int64_t now)
{
	const char *comma = "";

	add_metrics_text(text, "{\"name\":\"http.server.request.duration\",\"unit\":\"s\","
			       "\"description\":\"Duration of HTTP server requests.\","
			       "\"histogram\":{\"aggregationTemporality\":2,\"dataPoints\":[");
	for (; series; series = series->next) {
		add_metrics_text(text, comma);
		write_series(text, series, now);
		comma = ",";
	}
	add_metrics_text(text, "]}}");
}

static void write_lost(const struct request_metrics *metrics, struct text_buffer *text, int64_t now)
{
	add_metrics_text(
		text,
		"{\"name\":\"gohttpsnoop.lost\",\"unit\":\"{event}\","
		"\"description\":\"Events that were lost, by the place of the loss.\","
		"\"sum\":{\"aggregationTemporality\":2,\"isMonotonic\":true,\"dataPoints\":[");
	for (size_t i = 0; i < PLACES && metrics->lost[i].where; i++) {
		text_buffer_print(text,
				  "%s{\"attributes\":[{\"key\":\"gohttpsnoop.where\",\"value\":",
				  i ? "," : "");
		text_buffer_print(text, "{\"stringValue\":\"%s\"}}],", metrics->lost[i].where);
		write_point_times(text, metrics->options.begin, now);
		text_buffer_print(text, ",\"asInt\":\"%llu\"}",
				  (unsigned long long)metrics->lost[i].count);
	}
	add_metrics_text(text, "]}}");
}

static void begin_resource(const struct request_metrics *metrics, struct text_buffer *text,
			   const struct resource_series *resource)
{
	add_metrics_text(text, "{\"resource\":");
	text_buffer_add(text, resource->text, resource->size);
	add_metrics_text(text, ",\"scopeMetrics\":[{\"scope\":");
	add_metrics_text(text, metrics->options.scope);
	add_metrics_text(text, ",\"metrics\":[");
}

void request_metrics_write(struct request_metrics *metrics, int64_t now, struct text_buffer *text)
{
	add_metrics_text(text, "[");
	begin_resource(metrics, text, metrics->self);
	write_lost(metrics, text, now);
	if (metrics->self->series) {
		add_metrics_text(text, ",");
		write_histograms(text, metrics->self->series, now);
	}
	add_metrics_text(text, "]}]}");
	for (struct resource_series *resource = metrics->resources; resource;
	     resource = resource->next) {
		add_metrics_text(text, ",");
		begin_resource(metrics, text, resource);
		write_histograms(text, resource->series, now);
		add_metrics_text(text, "]}]}");
		resource->was_last = resource->has_ended;
	}
	add_metrics_text(text, "]");
}
