/* SPDX-License-Identifier: MIT */
#include "option_parser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "connect_option.h"
#include "function_arguments.h"
#include "option_checks.h"
#include "option_mistake.h"
#include "option_table.h"
#include "option_value.h"
#include "otlp_option.h"
#include "target_option.h"

enum {
	/* Ten thousand and more requests with default captures. The ring is read every few milliseconds. */
	LEAST_RING_SIZE = 4096,
	MOST_RING_SIZE = 1 << 30,
	DEFAULT_READER_BUFFER = 4 << 20,
	LEAST_READER_BUFFER = 64 << 10,
	MOST_READER_BUFFER = 1 << 30,
	LEAST_OUTPUT_SIZE = 128 << 10, /* more than the lines that are written at once */
	MOST_OUTPUT_FILES = 1000,
};

static int options_fail_memory(struct error *err)
{
	return error_fail(err, -ENOMEM, "out of memory");
}

static int add_string(const char ***strings, size_t *count, const char *string, struct error *err)
{
	const char **more = array_grow(*strings, *count, sizeof(*more));

	if (!more)
		return options_fail_memory(err);
	*strings = more;
	more[(*count)++] = string;
	return 0;
}

/* The same of what has to be `what`, and not empty. */
static int add_required(const char ***strings, size_t *count, const char *option, const char *what,
			struct error *err)
{
	int r = option_check_text(option, optarg, what, err);

	return r < 0 ? r : add_string(strings, count, optarg, err);
}

static int set_path(const char **ret_path, const char *option, struct error *err)
{
	int r = option_check_text(option, optarg, "a path", err);

	if (r == 0)
		*ret_path = optarg;
	return r;
}

/* Options for where events are written. */
static int parse_output_option(struct options *options, int option, struct error *err)
{
	uint64_t value = 0;
	int r = 0;

	switch (option) {
	case 'o':
		if (strcmp(optarg, "-") == 0)
			options->json = true;
		else
			r = set_path(&options->output, "--output", err);
		break;
	case 's':
		return set_path(&options->socket, "--socket", err);
	case OPTION_OUTPUT_SIZE:
		return option_size("--output-size", optarg, LEAST_OUTPUT_SIZE,
				   &options->output_size, err);
	case OPTION_OUTPUT_FILES:
		r = option_count("--output-files", optarg, 1, MOST_OUTPUT_FILES, &value, err);
		options->output_files = value;
		break;
	case OPTION_CONNECT:
		return connections_add(&options->connections, &options->connection_count, optarg,
				       err);
	case OPTION_LABEL:
		r = origin_add_label(&options->origin, optarg, err);
		if (r < 0)
			error_subject(err, "--label %s", optarg);
		break;
	case OPTION_NODE:
		r = origin_set_node(&options->origin, optarg, err);
		if (r < 0)
			error_subject(err, "--node");
		break;
	case OPTION_SOCKET_MODE:
		r = option_mode(optarg, &options->socket_mode, err);
		options->socket_rights |= r == 0;
		break;
	case OPTION_SOCKET_GROUP:
		options->socket_group = optarg;
		options->socket_rights = true;
		return option_check_text("--socket-group", optarg, "the name of a group", err);
	default:
		r = option_count("--reader-buffer", optarg, LEAST_READER_BUFFER, MOST_READER_BUFFER,
				 &value, err);
		options->reader_buffer = value;
		break;
	}
	return r;
}

/* Options for what is captured beside the default keys of requests and calls. */
static int parse_capture_option(struct options *options, int option, struct error *err)
{
	switch (option) {
	case 'H':
		return add_string(&options->request_headers, &options->request_header_count, optarg,
				  err);
	case OPTION_RESPONSE_HEADER:
		return add_string(&options->response_headers, &options->response_header_count,
				  optarg, err);
	case OPTION_CAPTURE:
		return add_string(&options->captures, &options->capture_count, optarg, err);
	case OPTION_REDACT:
		return add_string(&options->redacted, &options->redacted_count, optarg, err);
	case OPTION_LATENCY:
		options->latency = true;
		return 0;
	case OPTION_SIDE:
		options->has_sides = true;
		return option_sides(optarg, &options->sides, err);
	case OPTION_TRACE:
		options->traces = true;
		return 0;
	case OPTION_PRESET:
		return function_arguments_add_preset(&options->functions, &options->function_count,
						     optarg, err);
	case OPTION_WITHIN:
		options->within_requests = true;
		return option_within(optarg, err);
	default:
		options->shows_secrets = true;
		return 0;
	}
}

static int parse_captures(struct options *options, struct error *err)
{
	struct request_capture_texts texts = {
		.expressions = options->captures,
		.expression_count = options->capture_count,
		.request_headers = options->request_headers,
		.request_header_count = options->request_header_count,
		.response_headers = options->response_headers,
		.response_header_count = options->response_header_count,
	};

	return request_captures_parse(&texts, &options->requests, err);
}

struct redaction options_redaction(const struct options *options)
{
	return (struct redaction){ options->redacted, options->redacted_count };
}

/* Options for which requests are shown. */
static int parse_filter_option(struct options *options, int option, struct error *err)
{
	struct conditions *conditions = &options->conditions;
	uint64_t value = 0;
	int r;

	switch (option) {
	case OPTION_METHOD:
		return conditions_add_methods(conditions, optarg, err);
	case OPTION_PATH:
		return conditions_add_glob(conditions, CONDITION_PATH, optarg, err);
	case OPTION_ROUTE:
		return conditions_add_glob(conditions, CONDITION_ROUTE, optarg, err);
	case OPTION_HOST:
		return conditions_add_glob(conditions, CONDITION_HOST, optarg, err);
	case OPTION_STATUS:
		return conditions_add_statuses(conditions, optarg, err);
	case OPTION_MIN_DURATION:
		r = option_duration("--min-duration", optarg, &value, err);
		return r < 0 ? r : conditions_add_duration(conditions, value, err);
	case OPTION_WHERE:
		error_subject(err, "--where");
		return conditions_add_where(conditions, optarg, err);
	case OPTION_SAMPLE:
		return option_sample(optarg, &options->sample, err);
	case OPTION_MAX_RATE:
		return option_count("--max-rate", optarg, 1, UINT32_MAX, &options->max_rate, err);
	default:
		return conditions_add_failed(conditions, err);
	}
}

static int parse_option(struct options *options, int option, struct error *err)
{
	uint64_t value = 0;
	int r;

	switch (option) {
	case 'p':
		return pids_add(&options->pids, &options->pid_count, optarg, err);
	case 'b':
		return add_required(&options->binaries, &options->binary_count, "--binary",
				    "a path", err);
	case 'n':
		return add_required(&options->names, &options->name_count, "--name", "a glob", err);
	case 'P':
		return ports_add(&options->ports, &options->port_count, optarg, err);
	case 'a':
		options->all = true;
		return 0;
	case OPTION_LIST:
		options->list = true;
		return 0;
	case OPTION_SUMMARY:
		options->summary = true;
		return 0;
	case OPTION_FORMAT:
		options->has_format = true;
		return option_format(optarg, &options->format, err);
	case OPTION_COLOR:
		return option_color(optarg, &options->color, err);
	case OPTION_TIME:
		return time_style_parse(optarg, &options->time_style, err);
	case OPTION_FIELDS:
		return table_columns_parse(optarg, &options->columns, err);
	case OPTION_INTERVAL:
		return option_duration("--interval", optarg, &options->interval, err);
	case 'j':
		options->json = true;
		return 0;
	case 'H':
	case OPTION_CAPTURE:
	case OPTION_RESPONSE_HEADER:
	case OPTION_LATENCY:
	case OPTION_SIDE:
	case OPTION_TRACE:
	case OPTION_WITHIN:
	case OPTION_PRESET:
	case OPTION_REDACT:
	case OPTION_SHOW_SECRETS:
		return parse_capture_option(options, option, err);
	case 'x':
	case OPTION_METHOD:
	case OPTION_PATH:
	case OPTION_ROUTE:
	case OPTION_HOST:
	case OPTION_STATUS:
	case OPTION_MIN_DURATION:
	case OPTION_WHERE:
	case OPTION_SAMPLE:
	case OPTION_MAX_RATE:
		return parse_filter_option(options, option, err);
	case 'o':
	case 's':
	case OPTION_SOCKET_MODE:
	case OPTION_SOCKET_GROUP:
	case OPTION_OUTPUT_SIZE:
	case OPTION_OUTPUT_FILES:
	case OPTION_CONNECT:
	case OPTION_LABEL:
	case OPTION_NODE:
	case OPTION_READER_BUFFER:
		return parse_output_option(options, option, err);
	case OPTION_OTLP:
		return otlp_option(optarg, &options->otlp, err);
	case OPTION_OTLP_ONLY:
		return otlp_only_option(optarg, &options->otlp, err);
	case 'c':
		return option_count("--count", optarg, 1, INT64_MAX, &options->count, err);
	case 'd':
		return option_duration("--duration", optarg, &options->duration, err);
	case OPTION_TYPES:
		return set_path(&options->types, "--types", err);
	case OPTION_SIGNATURE:
		return declarations_add(&options->declarations, optarg, err);
	case OPTION_MAX_STRING:
		r = option_count("--max-string", optarg, 1, STRING_MAX_SIZE, &value, err);
		options->max_string = value;
		return r;
	case OPTION_MAX_ELEMENTS:
		r = option_count("--max-elements", optarg, 1, MOST_ELEMENTS, &value, err);
		options->max_elements = value;
		return r;
	case OPTION_MAX_FUNCTIONS:
		r = option_count("--max-functions", optarg, 1, MOST_FUNCTIONS, &value, err);
		options->max_functions = value;
		return r;
	case OPTION_BYTES:
		return option_notation(optarg, &options->notation, err);
	case OPTION_RING_SIZE:
		r = option_count("--ring-size", optarg, LEAST_RING_SIZE, MOST_RING_SIZE, &value,
				 err);
		if (r == 0 && (value & (value - 1)))
			return error_fail(err, -EINVAL,
					  "--ring-size %s: a power of two is expected", optarg);
		options->ring_size = value;
		return r;
	case OPTION_ATTACH:
		return option_attachment(optarg, &options->attachment, err);
	case 'v':
	case 'q':
		options->verbosity = option == 'v' ? 1 : -1;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	default:
		options->version = true;
		return 0;
	}
}

static bool names_target(const struct options *options)
{
	return options->pid_count || options->binary_count || options->name_count ||
	       options->port_count || options->all;
}

/* BINARY [FUNCTION...], or only functions if options name the targets. */
static int parse_arguments(struct options *options, char **arguments, size_t count,
			   struct error *err)
{
	int r = 0;

	if (count > 0 && !names_target(options)) {
		r = option_check_text("BINARY", *arguments, "a path", err);
		if (r == 0)
			r = add_string(&options->binaries, &options->binary_count, *arguments++,
				       err);
		count--;
	}
	for (size_t i = 0; r == 0 && i < count; i++)
		r = function_arguments_add(&options->functions, &options->function_count,
					   arguments[i], err);
	return r < 0 ? r :
		       function_requests_check(options->functions, options->function_count, err);
}

static int options_parse_arguments(int argc, char **argv, struct options *options,
				   struct error *err)
{
	struct redaction redaction;
	int option, r;

	opterr = 0;
	while ((option = getopt_long(argc, argv, option_letters, option_table, NULL)) != -1) {
		if (option == ':' || option == '?')
			return option_mistake_fail(option_table, option, argv, err);
		r = parse_option(options, option, err);
		if (r < 0)
			return r;
	}
	r = parse_arguments(options, argv + optind, argc - optind, err);
	if (r < 0 || options->help || options->version)
		return r;
	if (options->list && !names_target(options))
		options->all = true;
	if (!names_target(options)) {
		error_hint(
			err,
			"try gohttpsnoop --pid PID or gohttpsnoop BINARY; see gohttpsnoop --help");
		return error_fail(err, -EINVAL, "no target given");
	}
	redaction = options_redaction(options);
	r = redaction_check(&redaction, err);
	if (r == 0)
		r = option_checks(options, err);
	if (r == 0)
		r = parse_captures(options, err);
	return r < 0 ? r : conditions_close(&options->conditions, err);
}

int options_parse(int argc, char **argv, struct options *ret_options, struct error *err)
{
	*ret_options = (struct options){
		.top = strcmp(argv[0], "top") == 0,
		.max_string = DEFAULT_MAX_STRING,
		.max_elements = DEFAULT_MAX_ELEMENTS,
		.max_functions = DEFAULT_MAX_FUNCTIONS,
		.ring_size = DEFAULT_RING_SIZE,
		.socket_mode = DEFAULT_SOCKET_MODE,
		.reader_buffer = DEFAULT_READER_BUFFER,
	};
	return options_parse_arguments(argc, argv, ret_options, err);
}

void options_finish(struct options *options)
{
	free(options->pids);
	free(options->binaries);
	free(options->names);
	free(options->ports);
	free(options->captures);
	free(options->redacted);
	free(options->connections);
	otlp_endpoint_finish(&options->otlp);
	origin_finish(&options->origin);
	free(options->request_headers);
	free(options->response_headers);
	for (size_t i = 0; i < options->function_count; i++)
		function_request_finish(&options->functions[i]);
	free(options->functions);
	declarations_finish(&options->declarations);
	request_captures_finish(&options->requests);
	conditions_finish(&options->conditions);
	*options = (struct options){ 0 };
}
