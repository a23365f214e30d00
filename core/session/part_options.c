/* SPDX-License-Identifier: MIT */
#include "part_options.h"

/* The plans of functions: one, or two, for each that a pattern may stand for. */
static uint32_t plan_count(const struct trace_spec *spec)
{
	return spec->function_count ? spec->max_functions * (spec->probes_returns ? 2 : 1) : 0;
}

struct kernel_options kernel_options_of(const struct session_options *options)
{
	const struct trace_spec *spec = options->spec;

	return (struct kernel_options){
		.max_string = spec->values.max_string,
		.ring_size = options->ring_size,
		.attachment = options->attachment,
		.watch_all = options->watches_binaries || options->name_count || options->all,
		.ports = options->ports,
		.port_count = options->port_count,
		.long_plans = spec->function_count > 0 || spec->requests ||
			      spec->sides != TRACE_SERVER || spec->extras,
		.plans = plan_count(spec),
	};
}

struct discovery_rules watch_rules_of(const struct session_options *options)
{
	return (struct discovery_rules){
		.names = options->names,
		.name_count = options->name_count,
		.ports = options->ports,
		.port_count = options->port_count,
		.all = options->all,
	};
}

struct outputs_options outputs_options_of(const struct session_options *options, uv_loop_t *loop)
{
	static const enum outputs_standard standards[] = {
		[SESSION_OUTPUT_NONE] = OUTPUTS_NONE,
		[SESSION_OUTPUT_TABLE] = OUTPUTS_TABLE,
		[SESSION_OUTPUT_JSON] = OUTPUTS_JSON,
		[SESSION_OUTPUT_SUMMARY] = OUTPUTS_SUMMARY,
		[SESSION_OUTPUT_SUMMARY_JSON] = OUTPUTS_SUMMARY_JSON,
		[SESSION_OUTPUT_VIEW] = OUTPUTS_VIEW,
	};

	return (struct outputs_options){
		.loop = loop,
		.standard = standards[options->output],
		.file = options->output_file,
		.file_size = options->output_size,
		.old_files = options->output_files,
		.socket = options->socket,
		.socket_mode = options->socket_mode,
		.socket_group = options->socket_group,
		.connections = options->connections,
		.connection_count = options->connection_count,
		.otlp = options->otlp,
		.reader_buffer = options->reader_buffer,
		.version = options->version,
		.otel = options->otel,
		.format = options->format,
		.filter = options->filter,
		.viewer = options->view.take,
		.viewer_user = options->view.user,
	};
}
