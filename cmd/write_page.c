/* SPDX-License-Identifier: MIT */
#include "write_page.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_usage.h"
#include "diagnostic.h"
#include "option_mistake.h"
#include "option_parser.h"
#include "page.h"
#include "process.h"
#include "recording.h"
#include "standard_output.h"

struct page_options {
	const char *file, *output; /* `output` NULL: standard output */
	bool help;
};

static int page_fail_usage(struct error *err, const char *what)
{
	error_fail(err, -EINVAL, "%s", what);
	error_hint(err, "usage: gohttpsnoop report FILE [-o PAGE]");
	return -EINVAL;
}

static int page_options_parse(int argc, char **argv, struct page_options *options,
			      struct error *err)
{
	static const struct option long_options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":o:h", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return option_mistake_fail(long_options, option, argv, err);
		if (option == 'o')
			options->output = strcmp(optarg, "-") == 0 ? NULL : optarg;
		options->help = options->help || option == 'h';
	}
	if (options->help)
		return 0;
	if (argc != optind + 1)
		return page_fail_usage(err, "report needs one file of events");
	options->file = argv[optind];
	return 0;
}

/* The requests first; then, for the slowest of them, what was requested meanwhile. */
static int read_twice(const char *path, struct page_data *data, struct error *err)
{
	struct recording recording;
	int64_t count;
	int r = recording_open_repeatable(path, &recording, err);

	if (r < 0)
		return r;
	count = recording_read(&recording, page_data_add, data, err);
	if (count == 0) {
		error_subject(err, "%s", recording.name);
		count = error_fail(err, -ENOENT, "no requests were read");
	}
	page_data_set_lost(data, recording.lost);
	r = count < 0 ? (int)count : recording_rewind(&recording, err);
	if (r == 0) {
		count = recording_read(&recording, page_data_add_made, data, err);
		r = count < 0 ? (int)count : 0;
	}
	recording_close(&recording);
	return r;
}

static int write_text_to(const char *path, const struct text_buffer *text, struct error *err)
{
	FILE *file = path ? fopen(path, "we") : stdout;
	bool written;

	if (file) {
		written = fwrite(text->data, 1, text->size, file) == text->size;
		written = (path ? fclose(file) : fflush(file)) == 0 && written;
		if (written)
			return 0;
	}
	error_subject(err, "%s", path ? path : "standard output");
	return error_fail(err, -errno, "cannot be written: %s", strerror(errno));
}

static bool is_same_file(const char *file, const char *output)
{
	struct file_identity a, b;
	const char *opened = strcmp(file, "-") == 0 ? "/proc/self/fd/0" : file;

	return output && file_identity_read(opened, &a) == 0 &&
	       file_identity_read(output, &b) == 0 && file_identity_same_inode(&a, &b);
}

static int make_page(const struct page_options *options, struct error *err)
{
	struct text_buffer text = { 0 };
	struct error why = { 0 };
	struct page_data *data;
	int r = page_data_create(&data);

	if (r < 0)
		return error_fail(err, r, "out of memory");
	r = is_same_file(options->file, options->output) ?
		    error_fail(&why, -EINVAL, "the page would overwrite the events") :
		    read_twice(options->file, data, &why);
	if (r == 0) {
		page_write(data, options->file, &text);
		why = (struct error){ 0 };
		r = text.failed ? error_fail(&why, -ENOMEM, "out of memory") :
				  write_text_to(options->output, &text, &why);
	}
	if (r < 0)
		error_adopt(err, &why);
	text_buffer_release(&text);
	page_data_destroy(data);
	return r;
}

int write_page(int argc, char **argv)
{
	struct page_options options = { 0 };
	struct error err = { 0 };

	if (page_options_parse(argc, argv, &options, &err) < 0) {
		diagnostic_error(&err);
		return EXIT_USAGE;
	}
	if (options.help)
		return standard_output_print(command_usage_report);
	if (make_page(&options, &err) == 0)
		return EXIT_SUCCESS;
	diagnostic_error(&err);
	return EXIT_FAILURE;
}
