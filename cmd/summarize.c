/* SPDX-License-Identifier: MIT */
#include "summarize.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostic.h"
#include "option_parser.h"
#include "summary_input.h"
#include "summary_text.h"

struct summary_options {
	bool json, help;
	char **files; /* "-" is standard input */
	size_t file_count;
};

/* What was read. */
struct reading {
	struct summary *summary;
	uint64_t counted, refused;
};

static int summary_fail_usage(struct error *err, const char *what)
{
	error_fail(err, -EINVAL, "%s", what);
	error_hint(err, "usage: gohttpsnoop summary [--json] [FILE...]");
	return -EINVAL;
}

static int summary_options_parse(int argc, char **argv, struct summary_options *options,
				 struct error *err)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "jh", long_options, NULL)) != -1) {
		if (option == '?')
			return summary_fail_usage(err, "summary has no such option");
		options->json = options->json || option == 'j';
		options->help = options->help || option == 'h';
	}
	options->files = argv + optind;
	options->file_count = (size_t)(argc - optind);
	return 0;
}

/* Counts a line. One that is no event is not counted, and the first of a file is reported. */
static int read_line(struct reading *reading, const char *name, uint64_t number, struct bytes line)
{
	int r = summary_take_line(line, summary_take, reading->summary);

	if (r == -ENOMEM)
		return r;
	reading->counted += r > 0;
	if (r < 0 && reading->refused++ == 0)
		fprintf(stderr, "gohttpsnoop: %s: line %llu is no event of gohttpsnoop\n", name,
			(unsigned long long)number);
	return 0;
}

static int read_lines(struct reading *reading, const char *name, FILE *file, struct error *err)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t size;
	int r = 0;

	errno = 0;
	for (uint64_t number = 1; r == 0 && (size = getline(&line, &capacity, file)) > 0; number++)
		r = read_line(reading, name, number,
			      (struct bytes){ (const uint8_t *)line, (size_t)size });
	if (r == 0 && ferror(file))
		r = -errno;
	free(line);
	if (r == 0)
		return 0;
	error_subject(err, "%s", name);
	return error_fail(err, r, "%s", strerror(-r));
}

static int read_events(struct reading *reading, const char *name, struct error *err)
{
	FILE *file;
	int r;

	if (strcmp(name, "-") == 0)
		return read_lines(reading, "standard input", stdin, err);
	file = fopen(name, "re");
	if (!file) {
		error_subject(err, "%s", name);
		return error_fail(err, -errno, "%s", strerror(errno));
	}
	r = read_lines(reading, name, file, err);
	fclose(file);
	return r;
}

static int read_files(struct reading *reading, const struct summary_options *options,
		      struct error *err)
{
	int r = 0;

	if (!options->file_count)
		return read_events(reading, "-", err);
	for (size_t i = 0; r == 0 && i < options->file_count; i++)
		r = read_events(reading, options->files[i], err);
	return r;
}

static int print_summary(const struct reading *reading, bool json, struct error *err)
{
	const struct summary_text_options options = { .json = json,
						      .span = summary_span(reading->summary) };
	struct text_buffer text = { 0 };
	bool written;

	summary_text_write(reading->summary, &options, &text);
	if (text.failed) {
		text_buffer_release(&text);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	written = fwrite(text.data ? text.data : "", 1, text.size, stdout) == text.size &&
		  fflush(stdout) == 0;
	text_buffer_release(&text);
	return written ? 0 :
			 error_fail(err, -errno, "standard output cannot be written: %s",
				    strerror(errno));
}

static int summarize_files(const struct summary_options *options, struct error *err)
{
	struct reading reading = { 0 };
	int r = summary_create(&reading.summary);

	if (r < 0)
		return error_fail(err, r, "out of memory");
	r = read_files(&reading, options, err);
	if (r == 0)
		r = print_summary(&reading, options->json, err);
	if (r == 0 && reading.refused)
		fprintf(stderr, "gohttpsnoop: lines that are no events: %llu\n",
			(unsigned long long)reading.refused);
	if (r == 0 && !reading.counted)
		r = error_fail(err, -ENOENT, "no requests were read");
	summary_destroy(reading.summary);
	return r;
}

int summarize(int argc, char **argv)
{
	struct summary_options options = { 0 };
	struct error err = { 0 };

	if (summary_options_parse(argc, argv, &options, &err) < 0) {
		diagnostic_error(&err);
		return EXIT_USAGE;
	}
	if (options.help) {
		fputs(options_usage, stdout);
		return EXIT_SUCCESS;
	}
	if (summarize_files(&options, &err) == 0)
		return EXIT_SUCCESS;
	diagnostic_error(&err);
	return EXIT_FAILURE;
}
