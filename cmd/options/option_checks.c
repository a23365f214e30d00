/* SPDX-License-Identifier: MIT */
#include "option_checks.h"

#include <errno.h>
#include <string.h>

#include "condition_checks.h"

/* Options that need requests: without --within they exclude functions, which have their own captures. */
static int check_no_functions(const struct options *options, struct error *err)
{
	const char *option = options->has_sides ? "--side" : options->traces ? "--trace" : NULL;

	if (options->capture_count || options->request_header_count ||
	    options->response_header_count)
		return error_fail(
			err, -EINVAL,
			"--capture, --header and --response-header need requests, not a FUNCTION: write captures of a function in parentheses after its name");
	if (!option)
		return 0;
	error_hint(err, "add --within requests to trace both");
	return error_fail(err, -EINVAL, "%s is about requests, not about a FUNCTION", option);
}

static int check_captures(const struct options *options, struct error *err)
{
	if (options->function_count && !options->within_requests &&
	    check_no_functions(options, err) < 0)
		return -EINVAL;
	if (options->within_requests && !options->function_count)
		return error_fail(err, -EINVAL,
				  "--within needs a FUNCTION: requests are traced without it");
	if (options->within_requests && options->sides == TRACE_CLIENT)
		return error_fail(
			err, -EINVAL,
			"--within is about requests that a program serves: use --side both to trace those that it makes, too");
	if (options->declarations.count && !options->function_count)
		return error_fail(
			err, -EINVAL,
			"--signature needs a FUNCTION: the functions of a protocol need none");
	if (options->sides == TRACE_CLIENT &&
	    (options->capture_count || options->request_header_count ||
	     options->response_header_count))
		return error_fail(
			err, -EINVAL,
			"--capture, --header and --response-header are not read of requests that a program makes: use --side both");
	if (options->latency && !options->function_count)
		return error_fail(err, -EINVAL,
				  "--latency needs a FUNCTION: requests always have a duration");
	return 0;
}

static int check_socket(const struct options *options, struct error *err)
{
	if (!options->socket_rights)
		return 0;
	if (!options->socket)
		return error_fail(err, -EINVAL, "--socket-mode and --socket-group need --socket");
	if (strcmp(options->socket, "systemd:") == 0)
		return error_fail(
			err, -EINVAL,
			"--socket-mode and --socket-group do not apply to a socket from systemd: set SocketMode= and SocketGroup= in its unit");
	return 0;
}

/* Outputs would take each other's place. Different words for one path are noticed when the second is opened. */
static int check_outputs(const struct options *options, struct error *err)
{
	const char *other = NULL;

	if (!options->socket)
		return 0;
	if (options->output && strcmp(options->socket, options->output) == 0)
		other = "--output";
	for (size_t i = 0; i < options->connection_count; i++) {
		if (options->connections[i].kind == ENDPOINT_UNIX &&
		    strcmp(options->socket, options->connections[i].path) == 0)
			other = "--connect";
	}
	if (!other)
		return 0;
	return error_fail(err, -EINVAL, "--socket %s: another path is expected, because %s has it",
			  options->socket, other);
}

/* Before they are closed. */
static bool has_conditions(const struct conditions *conditions)
{
	for (int kind = 0; kind < CONDITION_KINDS; kind++) {
		if (conditions->value_counts[kind])
			return true;
	}
	return conditions->count;
}

static int check_list(const struct options *options, struct error *err)
{
	if (!options->list || (!options->output && !options->socket && !options->connection_count &&
			       !options->otlp.text && !options->count && !options->duration &&
			       !options->summary && !has_conditions(&options->conditions)))
		return 0;
	return error_fail(
		err, -EINVAL,
		"--list traces nothing: leave out --output, --socket, --connect, --otlp, --count, --duration, --summary and conditions");
}

/* What top does not show. */
static int check_top(const struct options *options, struct error *err)
{
	if (options->top && options->function_count)
		return error_fail(err, -EINVAL, "top shows requests: leave out the FUNCTION %s",
				  options->functions[0].function);
	if (!options->top ||
	    (!options->list && !options->summary && !options->json && !options->columns.count))
		return 0;
	return error_fail(err, -EINVAL,
			  "top shows requests: leave out --list, --summary, --json and --fields");
}

/* Whether events are written as JSON anywhere. */
static bool writes_json(const struct options *options)
{
	return (options->json && !options->summary) || options->format != OPTION_FORMAT_TABLE ||
	       options->output || options->socket || options->connection_count;
}

static bool writes_table(const struct options *options)
{
	return !writes_json(options) && !options->summary &&
	       (!options->otlp.text || options->has_format);
}

static int check_columns(const struct options *options, struct error *err)
{
	if (options->columns.count && !writes_table(options))
		return error_fail(
			err, -EINVAL,
			"--fields are the columns of a table, which is not written with --json, --format, --output, --socket, --connect, --otlp or --summary");
	for (size_t i = 0; options->time_style == TIME_NONE && i < options->columns.count; i++) {
		if (options->columns.items[i] == COLUMN_TIME)
			return error_fail(err, -EINVAL,
					  "--time none does not fit --fields with the time");
	}
	return 0;
}

static int check_otlp(const struct options *options, struct error *err)
{
	if (options->otlp.text || options->otlp.signals == OTLP_TRACES_AND_METRICS)
		return 0;
	return error_fail(err, -EINVAL, "--otlp-only needs --otlp");
}

static int check_rotation(const struct options *options, struct error *err)
{
	if (options->output_size && !options->output)
		return error_fail(err, -EINVAL, "--output-size needs --output");
	if (options->output_files && !options->output_size)
		return error_fail(err, -EINVAL, "--output-files needs --output-size");
	return 0;
}

static int check_format(const struct options *options, struct error *err)
{
	bool has_table = options->format == OPTION_FORMAT_TABLE;

	if (!options->has_format)
		return 0;
	if (options->summary || options->list || options->top)
		return error_fail(err, -EINVAL,
				  "--format is about events: leave out --summary, --list and top");
	if (has_table && writes_json(options))
		return error_fail(
			err, -EINVAL,
			"--format table is for standard output alone: leave out --json, --output, --socket and --connect");
	return 0;
}

static int check_origin(const struct options *options, struct error *err)
{
	if ((!options->origin.node[0] && !options->origin.label_count) || writes_json(options) ||
	    options->otlp.text)
		return 0;
	return error_fail(
		err, -EINVAL,
		"--node and --label are keys of JSON: add --json, --output, --socket, --connect or --otlp");
}

static int check_summary(const struct options *options, struct error *err)
{
	if (options->interval && !options->summary && !options->top)
		return error_fail(err, -EINVAL,
				  "--interval needs --summary, or the subcommand top");
	if (options->summary && options->function_count && !options->within_requests)
		return error_fail(err, -EINVAL,
				  "--summary is about requests, not about a FUNCTION");
	return 0;
}

int option_checks(const struct options *options, struct error *err)
{
	int r = check_captures(options, err);

	if (r == 0)
		r = condition_checks(options, err);
	if (r == 0)
		r = check_list(options, err);
	if (r == 0)
		r = check_summary(options, err);
	if (r == 0)
		r = check_top(options, err);
	if (r == 0)
		r = check_columns(options, err);
	if (r == 0)
		r = check_rotation(options, err);
	if (r == 0)
		r = check_otlp(options, err);
	if (r == 0)
		r = check_format(options, err);
	if (r == 0)
		r = check_origin(options, err);
	if (r == 0)
		r = check_outputs(options, err);
	return r < 0 ? r : check_socket(options, err);
}
