/* SPDX-License-Identifier: MIT */
#include "summarize.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_usage.h"
#include "diagnostic.h"
#include "option_parser.h"
#include "recording.h"
#include "report_options.h"
#include "standard_output.h"
#include "summary_input.h"
#include "summary_text.h"
#include "terminal_width.h"

/* What was read. */
struct reading {
	struct summary *summary;
	uint64_t counted; /* requests */
};

static int read_events(struct reading *reading, const char *path, struct error *err)
{
	struct recording recording;
	int64_t count;
	int r = recording_open(path, &recording, err);

	if (r < 0)
		return r;
	count = recording_read(&recording, summary_take, reading->summary, err);
	recording_close(&recording);
	if (count < 0)
		return (int)count;
	reading->counted += (uint64_t)count;
	return 0;
}

/* The arguments are files, of which "-" is standard input. */
static int read_files(struct reading *reading, const struct report_options *options,
		      struct error *err)
{
	int r = 0;

	if (!options->argument_count)
		return read_events(reading, "-", err);
	for (size_t i = 0; r == 0 && i < options->argument_count; i++)
		r = read_events(reading, options->arguments[i], err);
	return r;
}

static int print_summary(const struct reading *reading, bool json, struct error *err)
{
	const struct summary_text_options options = { .json = json,
						      .span = summary_span(reading->summary),
						      .width = terminal_width(STDOUT_FILENO) };
	struct text_buffer text = { 0 };
	int r;

	summary_text_write(reading->summary, &options, &text);
	if (text.failed) {
		text_buffer_release(&text);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	r = standard_output_write(text.data ? text.data : "", text.size, err);
	text_buffer_release(&text);
	return r;
}

static void name_files(const struct report_options *options, struct error *err)
{
	const char *first = options->argument_count ? options->arguments[0] : "-";

	if (options->argument_count > 1)
		error_subject(err, "%s and %zu more", first, options->argument_count - 1);
	else
		error_subject(err, "%s", strcmp(first, "-") == 0 ? "standard input" : first);
}

static int summarize_files(const struct report_options *options, struct error *err)
{
	struct reading reading = { 0 };
	int r = summary_create(&reading.summary);

	if (r < 0)
		return error_fail(err, r, "out of memory");
	r = read_files(&reading, options, err);
	if (r == 0)
		r = print_summary(&reading, options->json, err);
	if (r == 0 && !reading.counted) {
		name_files(options, err);
		r = error_fail(err, -ENOENT, "no requests were read");
	}
	summary_destroy(reading.summary);
	return r;
}

int summarize(int argc, char **argv)
{
	struct report_options options = { 0 };
	struct error err = { 0 };

	if (report_options_parse(argc, argv, &options, &err) < 0) {
		diagnostic_error(&err);
		return EXIT_USAGE;
	}
	if (options.help)
		return standard_output_print(command_usage_summary);
	if (summarize_files(&options, &err) == 0)
		return EXIT_SUCCESS;
	diagnostic_error(&err);
	return EXIT_FAILURE;
}
