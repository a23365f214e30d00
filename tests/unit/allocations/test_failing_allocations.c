/* SPDX-License-Identifier: MIT */
/* Runs tasks while memory runs out, once for each allocation that they make. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "arguments_json.h"
#include "binary.h"
#include "failing_allocations.h"
#include "function_list.h"
#include "function_request.h"
#include "function_set.h"
#include "joiner.h"
#include "json_writer.h"
#include "outbox.h"
#include "probe_compiler.h"
#include "record_builder.h"
#include "redacted_text.h"
#include "request_metrics.h"
#include "span_format.h"
#include "span_queue.h"
#include "step.h"
#include "transcript.h"
#include "unit_builder.h"

/* ---- a program ---- */

enum { CODE = 0x400000, INFO = 0x700000 };

static const char *const functions[] = { "main.main", "main.(*Node).Get", "main.Map[...]",
					 "main.handle", "runtime.text" };

enum label { INT = 1, STRING, NODE, NODE_POINTER, LIST, MAP, WORDS };

static struct elf_builder elf;
static struct unit_builder dwarf;
static const char *path;

static void describe_types(void)
{
	unit_base(&dwarf, INT, "int", 8, 2);
	unit_struct(&dwarf, STRING, "string", 16, 24, NO_LABEL);
	unit_end(&dwarf);
	unit_pointer(&dwarf, NODE_POINTER, "*main.Node", NODE);
	unit_struct(&dwarf, LIST, "[]string", 24, 23, STRING);
	unit_end(&dwarf);
	unit_array(&dwarf, WORDS, "[3]int", 24, INT, 3, true);
	unit_kind(&dwarf, MAP, "map[string][]string", 21, NODE_POINTER, STRING, LIST);
	unit_struct(&dwarf, NODE, "main.Node", 88, 25, NO_LABEL);
	unit_member(&dwarf, "Name", 0, STRING, false);
	unit_member(&dwarf, "Next", 16, NODE_POINTER, false);
	unit_member(&dwarf, "Words", 24, LIST, false);
	unit_member(&dwarf, "Meta", 48, MAP, false);
	unit_member(&dwarf, "Numbers", 56, WORDS, false);
	unit_member(&dwarf, "ID", 80, INT, false);
	unit_end(&dwarf);
}

static void describe_functions(void)
{
	unit_function(&dwarf, NO_LABEL, "main.(*Node).Get", CODE + 16);
	unit_parameter(&dwarf, NO_LABEL, "n", NODE_POINTER, false, 0);
	unit_parameter(&dwarf, NO_LABEL, "key", STRING, false, -1);
	unit_parameter(&dwarf, NO_LABEL, "~r0", INT, true, -1);
	unit_end(&dwarf);
}

static int make_program(void **state)
{
	elf_of_functions(&elf, functions, sizeof(functions) / sizeof(functions[0]));
	elf_build_info(&elf, INFO, "go1.22.5");
	unit_init(&dwarf, CODE, CODE + 0x1000);
	describe_types();
	describe_functions();
	unit_finish(&dwarf, &elf);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	path = elf_save(&elf);
	return 0;
}

static int remove_program(void **state)
{
	elf_release(&elf);
	return 0;
}

/* ---- requests ---- */

static int parse_request(struct transcript *transcript)
{
	struct function_request request;
	struct error err = { 0 };
	int r = function_request_parse("main.(*Node).Get(n.Name, x=len(n.Words), n.Meta[\"a,b\"])",
				       &request, &err);

	if (r < 0)
		return r;
	transcript_add(transcript, "%s", request.function);
	for (size_t i = 0; i < request.capture_count; i++)
		transcript_add(transcript, " %s", request.captures[i].text);
	function_request_finish(&request);
	return 0;
}

static void parses_requests(void **state)
{
	transcript_run_without_memory(parse_request);
}

/* ---- a binary ---- */

static int list_functions(const struct binary *binary, struct transcript *transcript)
{
	static const char *const patterns[] = { "main.*", "main.handle", "main.(*Node).Get" };
	struct function_request requests[3];
	struct function_list list = { 0 };
	struct error err = { 0 };
	size_t meant;
	int r = 0;

	for (size_t i = 0; r == 0 && i < 3; i++) {
		requests[i] = (struct function_request){ .function = (char *)patterns[i] };
		r = function_list_add(&list, binary, &requests[i], FUNCTION_LIST_PATTERN_MAX,
				      &meant, &err);
		if (r == 0)
			transcript_add(transcript, "%zu of %s\n", meant, patterns[i]);
	}
	for (size_t i = 0; r == 0 && i < list.count; i++)
		transcript_add(transcript, "%s %zu\n", list.items[i].function.name,
			       list.items[i].request_count);
	function_list_finish(&list);
	return r;
}

/* A record of a probe of which no cell could be read. */
static int write_record(const struct probe *probe, struct transcript *transcript)
{
	static struct record_builder record;
	struct schema schema = { .role = PLAN_ROLE_CALL,
				 .cell_count = (uint16_t)probe->plan.cell_count,
				 .arguments = &probe->arguments };
	struct hit_arguments arguments;
	struct argument_cuts cuts = { .count = 0 };
	struct json_writer *writer = NULL;
	struct bytes bytes, text;
	int r;

	memcpy(schema.cells, probe->cells, sizeof(schema.cells));
	record_init(&record, 1, 1, 1);
	for (uint32_t i = 0; i < probe->plan.cell_count; i++)
		record_unreadable(&record);
	allocations_pause(true);
	bytes = record_finish(&record);
	allocations_pause(false);
	r = decode_arguments(bytes, &schema, &arguments);
	if (r == 0)
		r = json_writer_create(&writer);
	if (r == 0) {
		arguments_write(writer, &arguments, NULL, &cuts);
		r = json_writer_finish(writer, "\n", &text);
	}
	if (r == 0)
		transcript_add(transcript, "%.*s", (int)text.size, (const char *)text.data);
	json_writer_destroy(writer);
	record_release(&record);
	return r;
}

static int compile_probe(const struct binary *binary, struct transcript *transcript)
{
	static const struct capture_spec spec = { .max_string = 256 };
	static const char *const texts[] = { "n", "key", "n.Next.Meta[\"a\"][0]", "len(n.Words)" };
	struct expression expressions[4];
	struct value_request values[4] = { { NULL } };
	struct probe_request request = { .function = "main.(*Node).Get",
					 .role = PLAN_ROLE_CALL,
					 .arguments = values,
					 .argument_count = 4,
					 .wants_arguments = true };
	static struct probe probe;
	struct error err = { 0 };
	int r;

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(expression_parse(texts[i], &expressions[i], NULL), 0);
		values[i].expression = &expressions[i];
	}
	probe = (struct probe){ 0 };
	r = probe_compile(binary, &request, &spec, &probe, &err);
	if (r < 0)
		return r;
	transcript_add(transcript, "%u operations, %u cells\n", probe.plan.operation_count,
		       probe.plan.cell_count);
	r = write_record(&probe, transcript);
	probe_finish(&probe);
	return r;
}

static int inspect_program(struct transcript *transcript)
{
	struct binary *binary = NULL;
	struct error err = { 0 };
	int r = binary_open(path, NULL, &binary, &err);

	if (r < 0)
		return r;
	transcript_add(transcript, "%s %s %d\n", binary->version.text, binary->convention->name,
		       types_have_dwarf(binary->types));
	r = list_functions(binary, transcript);
	if (r == 0)
		r = compile_probe(binary, transcript);
	binary_close(binary);
	return r;
}

static void inspects_programs(void **state)
{
	transcript_run_without_memory(inspect_program);
}

/* ---- output ---- */

static int write_json(struct transcript *transcript)
{
	struct json_writer *writer;
	struct bytes text = { 0 };
	int r = json_writer_create(&writer);

	if (r < 0)
		return r;
	json_open_object(writer);
	for (int i = 0; i < 300; i++) {
		char name[16];

		snprintf(name, sizeof(name), "key %d", i);
		json_name(writer, name);
		json_open_list(writer);
		json_integer(writer, i);
		json_bytes(writer, "caf\xc3\xa9\xff", 6);
		json_close_list(writer);
	}
	json_close_object(writer);
	r = json_writer_finish(writer, "\n", &text);
	if (r == 0)
		transcript_add(transcript, "%.*s", (int)text.size, (const char *)text.data);
	json_writer_destroy(writer);
	return r;
}

static void writes_json(void **state)
{
	transcript_run_without_memory(write_json);
}

/* Without memory more of the text is hidden, never less. */
static int hide_secrets(struct transcript *transcript)
{
	static const char query[] = "a=1&token=s3cr3t&b=2";
	static const struct redaction redaction;
	struct redacted_text text =
		redacted_text_make_query(&redaction, query, sizeof(query) - 1, false);

	if (text.size != strlen(REDACTED))
		transcript_add(transcript, "%.*s", (int)text.size, text.data);
	else
		transcript_add(transcript, "a=1&token=" REDACTED "&b=2");
	redacted_text_release(&text);
	return 0;
}

static void hides_secrets(void **state)
{
	transcript_run_without_memory(hide_secrets);
}

static int format_events(struct transcript *transcript)
{
	static const struct process_identity process = {
		.pid = 7,
		.comm = "shop",
		.exe = "/srv/shop",
		.go_version = "go1.25.1",
		.convention = "register",
	};
	struct event event = { .type = EVENT_REQUEST,
			       .process = &process,
			       .time = 1795340460000000000,
			       .method = { PRESENT, "GET", 3, 3 },
			       .path = { PRESENT, "/items/7", 8, 8 },
			       .status = { PRESENT, 200 } };
	const struct format_options options = { .links = true };
	int (*const create[])(const struct format_options *,
			      struct format **) = { format_create_json, format_create_table };
	int r = 0;

	for (size_t i = 0; r == 0 && i < 2; i++) {
		struct format *format = NULL;
		struct bytes line;

		r = create[i](&options, &format);
		for (int count = 0; r == 0 && count < 3; count++) {
			r = format_line(format, &event, &line);
			if (r == 0)
				transcript_add(transcript, "%.*s", (int)line.size,
					       (const char *)line.data);
		}
		format_destroy(format);
	}
	return r;
}

static void formats_events(void **state)
{
	transcript_run_without_memory(format_events);
}

/* ---- spans and metrics ---- */

static int add_spans(struct span_format *format, struct span_queue *queue,
		     struct request_metrics *metrics, const struct event *event)
{
	struct bytes resource, span, measured;
	int r = 0;

	for (int i = 0; r == 0 && i < 3; i++) {
		r = span_format_resource(format, event->process, &resource);
		if (r == 0)
			r = span_format_span(format, event, &span);
		if (r == 0)
			r = span_queue_add(queue, resource, span);
		if (r == 0)
			r = span_format_measured(format, event, &measured);
		if (r == 0)
			r = request_metrics_add(metrics, resource, measured, 1000, 1);
	}
	return r;
}

static int write_spans(struct span_queue *queue, struct request_metrics *metrics,
		       struct transcript *transcript)
{
	struct text_buffer text = { 0 };
	uint64_t count = span_queue_take(queue, "{}", &text);
	int r;

	request_metrics_write(metrics, 2, &text);
	r = text.failed ? -ENOMEM : 0;
	if (r == 0)
		transcript_add(transcript, "%d %.*s", (int)count, (int)text.size, text.data);
	text_buffer_release(&text);
	return r;
}

static int make_spans(struct transcript *transcript)
{
	static const struct process_identity process = {
		.pid = 7, .exe = "/srv/shop", .go_version = "go1.25.1", .convention = "register"
	};
	static const struct event event = { .type = EVENT_REQUEST,
					    .process = &process,
					    .id = 1,
					    .path = { PRESENT, "/caf\xc3\xa9\xff", 7, 9 } };
	const struct span_format_options options = { .origin = &(struct origin){ .node = "web1" },
						     .version = "1" };
	const struct request_metrics_options metrics_options = { .most_series = 9, .scope = "{}" };
	struct span_format *format = NULL;
	struct span_queue *queue = NULL;
	struct request_metrics *metrics = NULL;
	int r = span_format_create(&options, &format);

	if (r == 0)
		r = span_queue_create(100000, &queue);
	if (r == 0)
		r = request_metrics_create(&metrics_options, &metrics);
	if (r == 0)
		r = add_spans(format, queue, metrics, &event);
	if (r == 0)
		r = write_spans(queue, metrics, transcript);
	span_format_destroy(format);
	span_queue_destroy(queue);
	request_metrics_destroy(metrics);
	return r;
}

static void makes_spans(void **state)
{
	transcript_run_without_memory(make_spans);
}

/* ---- records and lines that are kept ---- */

enum { REQUESTS = 40 };

static int join_requests(struct transcript *transcript)
{
	struct joiner *joiner;
	struct bytes displaced, record;
	char text[16];
	int r = joiner_create(64, 1 << 20, 8, &joiner);

	if (r < 0)
		return r;
	for (uint64_t i = 0; r >= 0 && i < REQUESTS; i++) {
		snprintf(text, sizeof(text), "start %d", (int)i);
		r = joiner_open(joiner,
				&(struct joiner_identity){
					.target = 1, .key = 100 + i, .owner = 7 + i % 2 },
				(struct bytes){ (const uint8_t *)text, strlen(text) + 1 },
				&displaced);
	}
	while (r >= 0 && joiner_take_owned(joiner, 1, 7, &record))
		transcript_add(transcript, "%s\n", (const char *)record.data);
	while (r >= 0 && joiner_take_oldest(joiner, &record))
		transcript_add(transcript, "%s\n", (const char *)record.data);
	joiner_destroy(joiner);
	return r;
}

static void joins_requests(void **state)
{
	transcript_run_without_memory(join_requests);
}

enum { LINES = 200, LINE = 1000 };

/* Lines are written whole and in order, and each lost line is counted. */
static int send_lines(struct outbox *outbox, int reader, struct transcript *transcript)
{
	static char bytes[LINES * LINE];
	struct batch batch = { 0 };
	char line[LINE];
	ssize_t size;
	size_t next = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < LINES; i++) {
		memset(line, 'x', LINE);
		line[snprintf(line, LINE, "%zu", i)] = ' ';
		line[LINE - 1] = '\n';
		r = batch_add(&batch, (struct bytes){ (const uint8_t *)line, LINE }, 1);
		if (r == 0)
			r = outbox_put(outbox, &batch);
		batch_clear(&batch);
	}
	size = read(reader, bytes, sizeof(bytes));
	for (ssize_t at = 0; at + LINE <= size; at += LINE, next++)
		assert_true(strtoul(bytes + at, NULL, 10) >= next);
	if (r == 0) {
		assert_true(next + outbox_lost(outbox) == LINES);
		transcript_add(transcript, "all lines are known of\n");
	}
	batch_finish(&batch);
	return r;
}

static int keep_lines(struct transcript *transcript)
{
	struct outbox_options options = { .way = OUTBOX_WRITE, .limit = 64 * 1024 };
	struct outbox outbox;
	int ends[2], r;

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	options.descriptor = ends[1];
	outbox_init(&outbox, &options);
	r = send_lines(&outbox, ends[0], transcript);
	outbox_finish(&outbox);
	close(ends[0]);
	close(ends[1]);
	return r;
}

static void keeps_lines(void **state)
{
	transcript_run_without_memory(keep_lines);
}

/* ---- a session ---- */

static struct targets *targets;

static int create_step(struct transcript *transcript)
{
	const struct step_parts parts = { .targets = targets };
	size_t before = allocations_live();
	struct step *step = NULL;
	int r = step_create(&parts, &step, NULL);

	/* An incomplete step would consist of fewer allocations. */
	if (r == 0)
		transcript_add(transcript, "%zu allocations", allocations_live() - before);
	else
		assert_null(step);
	step_destroy(step);
	return r;
}

static void creates_steps(void **state)
{
	const struct targets_options options = { .loop = uv_default_loop() };

	assert_int_equal(targets_create(&options, &targets, NULL), 0);
	transcript_run_without_memory(create_step);
	targets_destroy(targets);
	uv_run(options.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(options.loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_requests), cmocka_unit_test(inspects_programs),
		cmocka_unit_test(writes_json),	   cmocka_unit_test(hides_secrets),
		cmocka_unit_test(formats_events),  cmocka_unit_test(makes_spans),
		cmocka_unit_test(joins_requests),  cmocka_unit_test(keeps_lines),
		cmocka_unit_test(creates_steps),
	};

	return cmocka_run_group_tests(tests, make_program, remove_program);
}
