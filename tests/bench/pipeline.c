/* SPDX-License-Identifier: MIT */
/*
 * Measures how many records per second one core can decode, join and format as JSON. The input is the bytes
 * of requests as the kernel side writes them, read over and over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "format.h"
#include "joiner.h"
#include "record_builder.h"
#include "request.h"

enum { REQUESTS = 64, PASSES = 4000, ROUNDS = 5 };

struct pipeline {
	struct schema start_schema, end_schema;
	struct joiner *joiner;
	struct format *format;
	uint64_t bytes;
};

/* The cells of net/http's start and end probes, in the order of core/protocols/protocol.c. */
static const uint8_t start_fields[] = {
	FIELD_KEY,	     FIELD_GOID,   FIELD_METHOD,	 FIELD_PATH,	       FIELD_QUERY,
	FIELD_HOST,	     FIELD_REMOTE, FIELD_PROTOCOL_MAJOR, FIELD_PROTOCOL_MINOR, FIELD_TLS,
	FIELD_REQUEST_BYTES,
};
static const uint8_t end_fields[] = { FIELD_KEY, FIELD_STATUS, FIELD_RESPONSE_BYTES, FIELD_ROUTE };

static bool is_string(uint8_t field)
{
	return field >= FIELD_METHOD && field <= FIELD_REMOTE;
}

static struct schema make_schema(enum plan_role role, const uint8_t *fields, size_t count)
{
	struct schema schema = { .role = role, .cell_count = count };

	for (size_t i = 0; i < count; i++)
		schema.cells[i] = (struct probe_cell){
			.cell = { is_string(fields[i]) ? CELL_STRING : CELL_INT, 8 },
			.field = fields[i],
		};
	return schema;
}

static void put(struct record_builder *record, const char *text)
{
	record_string(record, text, strlen(text), strlen(text));
}

static struct bytes make_start(struct record_builder *record, int number)
{
	char text[64];

	record_init(record, 1, 0, 1000 + number);
	record_word(record, 0xc000100000 + 0x240 * number);
	record_word(record, 34 + number);
	put(record, "GET");
	snprintf(text, sizeof(text), "/items/%d", number);
	put(record, text);
	put(record, "page=2&sort=name");
	put(record, "shop.local:8080");
	snprintf(text, sizeof(text), "127.0.0.1:%d", 41000 + number);
	put(record, text);
	record_word(record, 1);
	record_word(record, 1);
	record_word(record, 0);
	record_word(record, 0);
	return record_finish(record);
}

static struct bytes make_end(struct record_builder *record, int number)
{
	record_init(record, 1, 1, 51000 + number);
	record_word(record, 0xc000100000 + 0x240 * number);
	record_word(record, 200);
	record_word(record, 512);
	put(record, "GET /items/{id}");
	return record_finish(record);
}

static void read_start(struct pipeline *pipeline, struct bytes record)
{
	struct resolved_hit start;
	struct bytes displaced;

	if (decode_head(record, &start.head) < 0 ||
	    decode_hit(record, &pipeline->start_schema, &start.hit) < 0 ||
	    joiner_open(
		    pipeline->joiner,
		    &(struct joiner_identity){ .target = 1,
					       .key = hit_integer(&start.hit, FIELD_KEY).value,
					       .owner = hit_integer(&start.hit, FIELD_GOID).value },
		    record, &displaced) < 0)
		abort();
}

static void read_end(struct pipeline *pipeline, struct bytes record)
{
	static const struct process_identity process = { .pid = 1234,
							 .comm = "shop",
							 .exe = "/srv/shop",
							 .go_version = "go1.27",
							 .convention = "register" };
	struct request_room room;
	struct resolved_hit start, end;
	struct bytes start_record, line;
	struct event event;

	if (decode_head(record, &end.head) < 0 ||
	    decode_hit(record, &pipeline->end_schema, &end.hit) < 0 ||
	    !joiner_take(pipeline->joiner, 1, hit_integer(&end.hit, FIELD_KEY).value,
			 &start_record) ||
	    decode_head(start_record, &start.head) < 0 ||
	    decode_hit(start_record, &pipeline->start_schema, &start.hit) < 0)
		abort();
	event = request_event(&start, &end, OUTCOME_OK, 1763804460000000000, &room);
	event.process = &process;
	if (format_line(pipeline->format, &event, &line) < 0)
		abort();
	pipeline->bytes += line.size;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static double run_round(struct pipeline *pipeline, const struct bytes *starts,
			const struct bytes *ends)
{
	double begin = now();

	for (int pass = 0; pass < PASSES; pass++) {
		for (int i = 0; i < REQUESTS; i++)
			read_start(pipeline, starts[i]);
		for (int i = 0; i < REQUESTS; i++)
			read_end(pipeline, ends[i]);
	}
	return now() - begin;
}

int main(void)
{
	static const struct redaction redaction;
	const struct format_options format_options = { .redaction = &redaction };
	static struct record_builder builders[2 * REQUESTS];
	struct bytes starts[REQUESTS], ends[REQUESTS];
	struct pipeline pipeline = {
		.start_schema = make_schema(PLAN_ROLE_START, start_fields, sizeof(start_fields)),
		.end_schema = make_schema(PLAN_ROLE_END, end_fields, sizeof(end_fields)),
	};
	double best = 1e9;

	if (joiner_create(65536, 64 << 20, 0, &pipeline.joiner) < 0 ||
	    format_create_json(&format_options, &pipeline.format) < 0)
		return EXIT_FAILURE;
	for (int i = 0; i < REQUESTS; i++) {
		starts[i] = make_start(&builders[2 * i], i);
		ends[i] = make_end(&builders[2 * i + 1], i);
	}
	for (int round = 0; round < ROUNDS; round++) {
		double seconds = run_round(&pipeline, starts, ends);

		best = seconds < best ? seconds : best;
	}
	printf("{\"records_per_second\":%.0f,\"requests_per_second\":%.0f,\"bytes_per_request\":%.0f}\n",
	       2.0 * REQUESTS * PASSES / best, 1.0 * REQUESTS * PASSES / best,
	       (double)pipeline.bytes / ROUNDS / PASSES / REQUESTS);
	for (int i = 0; i < 2 * REQUESTS; i++)
		record_release(&builders[i]);
	joiner_destroy(pipeline.joiner);
	format_destroy(pipeline.format);
	return EXIT_SUCCESS;
}
