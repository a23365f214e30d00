/* SPDX-License-Identifier: MIT */
/*
 * Measures how many records per second one core can decode, join and format as JSON. The input is the bytes
 * of requests as the kernel side writes them, read over and over: those of one process or, by arguments, of
 * several that run different binaries.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "format.h"
#include "joiner.h"
#include "record_builder.h"
#include "request.h"

enum {
	REQUESTS =
		64, /* of each process; so many are open at once, whichever processes they are of */
	TOTAL = 256000,
	ROUNDS = 5,
	MOST_PROCESSES = 1000,
};

/* What the kernel side wrote of one process, and who it is. */
struct service {
	const struct schema *start_schema, *end_schema;
	struct process_identity identity;
	char exe[32];
	struct bytes starts[REQUESTS], ends[REQUESTS];
};

struct pipeline {
	struct schema *start_schemas, *end_schemas; /* of each binary */
	size_t binary_count;
	struct service *services;
	size_t service_count;
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

static struct bytes make_start(struct record_builder *record, uint32_t target, int number)
{
	char text[64];

	record_init(record, target, 0, 1000 + number);
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

static struct bytes make_end(struct record_builder *record, uint32_t target, int number)
{
	record_init(record, target, 1, 51000 + number);
	record_word(record, 0xc000100000 + 0x240 * number);
	record_word(record, 200);
	record_word(record, 512);
	put(record, "GET /items/{id}");
	return record_finish(record);
}

/* Copies what the builder made, which is much larger than its record. */
static struct bytes keep(struct record_builder *record, struct bytes made)
{
	uint8_t *copy = malloc(made.size);

	if (!copy)
		abort();
	memcpy(copy, made.data, made.size);
	record_release(record);
	return (struct bytes){ copy, made.size };
}

static void service_make(struct service *service, const struct pipeline *pipeline, size_t number)
{
	static struct record_builder record;
	size_t binary = number % pipeline->binary_count;

	service->start_schema = &pipeline->start_schemas[binary];
	service->end_schema = &pipeline->end_schemas[binary];
	snprintf(service->exe, sizeof(service->exe), "/srv/shop-%zu", binary);
	service->identity = (struct process_identity){ .pid = 1234 + number,
						       .exe = service->exe,
						       .go_version = "go1.27",
						       .convention = "register" };
	snprintf(service->identity.comm, sizeof(service->identity.comm), "shop-%u",
		 (unsigned int)binary);
	for (int i = 0; i < REQUESTS; i++) {
		service->starts[i] = keep(&record, make_start(&record, number + 1, i));
		service->ends[i] = keep(&record, make_end(&record, number + 1, i));
	}
}

static void service_finish(struct service *service)
{
	for (int i = 0; i < REQUESTS; i++) {
		free((void *)service->starts[i].data);
		free((void *)service->ends[i].data);
	}
}

static void read_start(struct pipeline *pipeline, size_t number, int request)
{
	const struct service *service = &pipeline->services[number];
	struct bytes record = service->starts[request];
	struct resolved_hit start;
	struct bytes displaced;

	if (decode_head(record, &start.head) < 0 ||
	    decode_hit(record, service->start_schema, &start.hit) < 0 ||
	    joiner_open(
		    pipeline->joiner,
		    &(struct joiner_identity){ .target = number + 1,
					       .key = hit_integer(&start.hit, FIELD_KEY).value,
					       .owner = hit_integer(&start.hit, FIELD_GOID).value },
		    record, &displaced) < 0)
		abort();
}

static void read_end(struct pipeline *pipeline, size_t number, int request)
{
	const struct service *service = &pipeline->services[number];
	struct bytes record = service->ends[request];
	struct request_room room;
	struct resolved_hit start, end;
	struct bytes start_record, line;
	struct event event;

	if (decode_head(record, &end.head) < 0 ||
	    decode_hit(record, service->end_schema, &end.hit) < 0 ||
	    !joiner_take(pipeline->joiner, number + 1, hit_integer(&end.hit, FIELD_KEY).value,
			 &start_record) ||
	    decode_head(start_record, &start.head) < 0 ||
	    decode_hit(start_record, service->start_schema, &start.hit) < 0)
		abort();
	event = request_event(&start, &end, OUTCOME_OK, 1763804460000000000, &room);
	event.process = &service->identity;
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

static int passes_of(const struct pipeline *pipeline)
{
	return (int)(TOTAL / (REQUESTS * pipeline->service_count)) + 1;
}

/* Requests follow each other as they come from all processes together: each is of another one than that before. */
static double run_round(struct pipeline *pipeline)
{
	size_t count = pipeline->service_count;
	double begin = now();

	for (int pass = 0; pass < passes_of(pipeline); pass++) {
		for (size_t from = 0; from < count * REQUESTS; from += REQUESTS) {
			for (size_t i = from; i < from + REQUESTS; i++)
				read_start(pipeline, i % count, (int)(i / count));
			for (size_t i = from; i < from + REQUESTS; i++)
				read_end(pipeline, i % count, (int)(i / count));
		}
	}
	return now() - begin;
}

static bool make_services(struct pipeline *pipeline)
{
	pipeline->start_schemas = calloc(pipeline->binary_count, sizeof(struct schema));
	pipeline->end_schemas = calloc(pipeline->binary_count, sizeof(struct schema));
	pipeline->services = calloc(pipeline->service_count, sizeof(struct service));
	if (!pipeline->start_schemas || !pipeline->end_schemas || !pipeline->services)
		return false;
	for (size_t i = 0; i < pipeline->binary_count; i++) {
		pipeline->start_schemas[i] =
			make_schema(PLAN_ROLE_START, start_fields, sizeof(start_fields));
		pipeline->end_schemas[i] =
			make_schema(PLAN_ROLE_END, end_fields, sizeof(end_fields));
	}
	for (size_t i = 0; i < pipeline->service_count; i++)
		service_make(&pipeline->services[i], pipeline, i);
	return true;
}

static bool pipeline_open(struct pipeline *pipeline)
{
	static const struct redaction redaction;
	const struct format_options format_options = { .redaction = &redaction };

	return joiner_create(65536, 64 << 20, 0, &pipeline->joiner) == 0 &&
	       format_create_json(&format_options, &pipeline->format) == 0 &&
	       make_services(pipeline);
}

static void pipeline_close(struct pipeline *pipeline)
{
	for (size_t i = 0; pipeline->services && i < pipeline->service_count; i++)
		service_finish(&pipeline->services[i]);
	free(pipeline->services);
	free(pipeline->start_schemas);
	free(pipeline->end_schemas);
	joiner_destroy(pipeline->joiner);
	format_destroy(pipeline->format);
}

/* The most memory that was resident, in KiB. getrusage() counts that of the process before exec, too. */
static long peak_memory(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long peak = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "VmHWM: %ld kB", &peak) == 1)
			break;
	}
	if (file)
		fclose(file);
	return peak;
}

static void print_result(const struct pipeline *pipeline, double best)
{
	double requests = 1.0 * REQUESTS * pipeline->service_count * passes_of(pipeline);

	printf("{\"records_per_second\":%.0f,\"requests_per_second\":%.0f,"
	       "\"bytes_per_request\":%.0f,\"peak_kilobytes\":%ld}\n",
	       2 * requests / best, requests / best, (double)pipeline->bytes / ROUNDS / requests,
	       peak_memory());
}

static bool parse_count(const char *text, size_t *ret_count)
{
	char *end;
	unsigned long count;

	errno = 0;
	count = strtoul(text, &end, 10);
	*ret_count = count;
	return !errno && !*end && count > 0 && count <= MOST_PROCESSES;
}

int main(int count, char **words)
{
	struct pipeline pipeline = { .binary_count = 1, .service_count = 1 };
	double best = 1e9;

	if (count != 1 && (count != 3 || !parse_count(words[1], &pipeline.service_count) ||
			   !parse_count(words[2], &pipeline.binary_count))) {
		fprintf(stderr, "usage: pipeline [PROCESSES BINARIES], each from 1 to %d\n",
			MOST_PROCESSES);
		return 2;
	}
	if (!pipeline_open(&pipeline)) {
		pipeline_close(&pipeline);
		return EXIT_FAILURE;
	}
	for (int round = 0; round < ROUNDS; round++) {
		double seconds = run_round(&pipeline);

		best = seconds < best ? seconds : best;
	}
	print_result(&pipeline, best);
	pipeline_close(&pipeline);
	return EXIT_SUCCESS;
}
