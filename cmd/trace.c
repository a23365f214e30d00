/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "diagnostic.h"
#include "file_limit.h"
#include "function_arguments.h"
#include "opaque_libraries.h"
#include "option_parser.h"
#include "option_value.h"
#include "session.h"
#include "types_file.h"

/* Reports each target that cannot be traced, and traces the others; returns their number. */
static size_t add_targets(struct session *session, const struct options *options)
{
	size_t added = 0;

	for (size_t i = 0; i < options->pid_count + options->binary_count; i++) {
		struct error err = { 0 };
		int r = i < options->pid_count ?
				session_add_process(session, options->pids[i], &err) :
				session_add_binary(session,
						   options->binaries[i - options->pid_count], &err);

		if (r < 0)
			diagnostic_error(&err);
		else
			added++;
	}
	return added;
}

static void report_summary(const struct session_summary *summary)
{
	char text[128], filtered[32] = "";

	if (summary->has_filter)
		snprintf(filtered, sizeof(filtered), "%llu filtered, ",
			 (unsigned long long)summary->filtered);
	snprintf(text, sizeof(text), "%llu events, %s%llu lost, %zu %s",
		 (unsigned long long)summary->events, filtered, (unsigned long long)summary->lost,
		 summary->targets, summary->targets == 1 ? "target" : "targets");
	diagnostic_text(text);
}

static int trace_run(struct session *session, const struct options *options)
{
	struct session_summary summary;
	struct error err = { 0 };

	bool looks_out = options->name_count || options->port_count || options->all;

	if (add_targets(session, options) == 0 && !looks_out)
		return EXIT_FAILURE;
	if (session_discover(session, &err) < 0) {
		diagnostic_error(&err);
		return EXIT_FAILURE;
	}
	if (session_run(session, &summary, &err) < 0) {
		diagnostic_error(&err);
		return EXIT_FAILURE;
	}
	if ((summary.interrupted || summary.lost) && options->verbosity >= 0)
		report_summary(&summary);
	return EXIT_SUCCESS;
}

/* If events are written elsewhere, standard output gets them only if an option says so. */
static enum session_output choose_output(const struct options *options)
{
	if (options->summary)
		return options->json ? SESSION_OUTPUT_SUMMARY_JSON : SESSION_OUTPUT_SUMMARY;
	if (options->json)
		return SESSION_OUTPUT_JSON;
	if (options->output || options->socket || options->connection_count ||
	    (options->otlp.text && !options->has_format))
		return SESSION_OUTPUT_NONE;
	return options->format == OPTION_FORMAT_TABLE ? SESSION_OUTPUT_TABLE : SESSION_OUTPUT_JSON;
}

static uint8_t extras_of(const struct options *options)
{
	bool has_links = options->sides == TRACE_BOTH || options->within_requests;

	return (has_links ? EXTRA_LINKS : 0) | (options->traces ? EXTRA_TRACES : 0);
}

struct trace_spec trace_spec_of(const struct options *options, const struct redaction *redaction)
{
	return (struct trace_spec){
		.functions = options->functions,
		.function_count = options->function_count,
		.max_functions = options->max_functions,
		.declarations = &options->declarations,
		.wanted = options->conditions.wanted,
		.wanted_count = options->conditions.wanted_count,
		.latency = options->latency,
		.probes_returns = options->latency ||
				  function_arguments_capture_results(options->functions,
								     options->function_count),
		.within_requests = options->within_requests,
		.sides = options->sides,
		.extras = extras_of(options),
		.requests = options->requests.count ? &options->requests : NULL,
		.values = { .redaction = options->shows_secrets ? NULL : redaction,
			    .opaque = &opaque_libraries,
			    .notation = options->notation,
			    .max_string = options->max_string,
			    .max_elements = options->max_elements },
	};
}

int trace(const struct options *options)
{
	return trace_with_view(options, NULL);
}

int trace_with_view(const struct options *options, const struct session_view *view)
{
	const struct redaction redaction = options_redaction(options);
	const struct trace_spec spec = trace_spec_of(options, &redaction);
	struct session_options session_options = {
		.spec = &spec,
		.names = options->names,
		.name_count = options->name_count,
		.ports = options->ports,
		.port_count = options->port_count,
		.all = options->all,
		.watches_binaries = options->binary_count > 0,
		.output = view ? SESSION_OUTPUT_VIEW : choose_output(options),
		.otel = options->format == OPTION_FORMAT_OTEL,
		.format = { .redaction = spec.values.redaction,
			    .origin = &options->origin,
			    .links = spec.extras & EXTRA_LINKS,
			    .colors = option_colors_are_wanted(options->color),
			    .time_style = options->time_style,
			    .columns = options->columns },
		.output_file = options->output,
		.output_size = options->output_size,
		.output_files = options->output_files ? options->output_files :
							DEFAULT_OUTPUT_FILES,
		.socket = options->socket,
		.socket_mode = options->socket_mode,
		.socket_group = options->socket_group,
		.connections = options->connections,
		.connection_count = options->connection_count,
		.otlp = options->otlp.text ? &options->otlp : NULL,
		.reader_buffer = options->reader_buffer,
		.version = GOHTTPSNOOP_VERSION,
		.count = options->count,
		.filter = { .conditions = (const struct where *const *)options->conditions.items,
			    .condition_count = options->conditions.count,
			    .sample = options->sample,
			    .max_rate = options->max_rate },
		.duration = options->duration,
		.interval = options->interval,
		.types = options->types,
		.ring_size = options->ring_size,
		.attachment = options->attachment,
		.notifier = diagnostic_notifier(&options->verbosity),
	};
	struct session *session;
	struct error err = { 0 };
	int status;

	if (view)
		session_options.view = *view;
	file_limit_raise();
	if (types_file_check(options->types, &err) < 0 ||
	    session_create(&session_options, &session, &err) < 0) {
		diagnostic_error(&err);
		return EXIT_FAILURE;
	}
	status = trace_run(session, options);
	session_destroy(session);
	return status;
}
