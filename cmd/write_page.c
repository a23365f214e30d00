/* SPDX-License-Identifier: MIT */
#include "write_page.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostic.h"
#include "option_parser.h"
#include "page.h"
#include "process.h"

struct page_options {
	const char *file, *output; /* `output` NULL: standard output */
	bool help;
};

static int page_fail_usage(struct error *err, const char *what)
{
	error_fail(err, -EINVAL, "%s", what);
	error_hint(err, "usage: gohttpsnoop report FILE -o PAGE");
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
		if (option == ':')
			return page_fail_usage(err, "report: option --output needs a PAGE");
		if (option == '?')
			return page_fail_usage(err, "report has no such option");
		if (option == 'o')
			options->output = optarg;
		options->help = options->help || option == 'h';
	}
	if (options->help)
		return 0;
	if (argc != optind + 1)
		return page_fail_usage(err, "report needs a file of events");
	options->file = argv[optind];
	return 0;
}

/* Reads the file once. Returns how many requests were in it. */
static int64_t read_requests(FILE *file, summary_taker *take, struct page_data *data)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t size;
	int64_t count = 0;
	int r = 0;

	if (fseek(file, 0, SEEK_SET) < 0)
		return -errno;
	errno = 0;
	while (r != -ENOMEM && (size = getline(&line, &capacity, file)) > 0) {
		r = summary_take_line((struct bytes){ (const uint8_t *)line, (size_t)size }, take,
				      data);
		count += r > 0;
	}
	if (r != -ENOMEM)
		r = ferror(file) ? -errno : 0;
	free(line);
	return r < 0 ? r : count;
}

static int read_file_twice(const char *path, struct page_data *data, struct error *err)
{
	FILE *file = fopen(path, "re");
	int64_t count;

	error_subject(err, "%s", path);
	if (!file)
		return error_fail(err, -errno, "%s", strerror(errno));
	count = read_requests(file, page_data_add, data);
	if (count > 0)
		count = read_requests(file, page_data_add_made, data);
	fclose(file);
	if (count == -ESPIPE)
		return error_fail(err, -ESPIPE, "a file is expected, which can be read twice");
	if (count < 0)
		return error_fail(err, (int)count, "%s", strerror((int)-count));
	return count ? 0 : error_fail(err, -ENOENT, "no requests were read");
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

static bool is_same_file(const char *one, const char *other)
{
	struct file_identity a, b;

	return other && file_identity_read(one, &a) == 0 && file_identity_read(other, &b) == 0 &&
	       file_identity_same_inode(&a, &b);
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
		    read_file_twice(options->file, data, &why);
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
	if (options.help) {
		fputs(options_usage, stdout);
		return EXIT_SUCCESS;
	}
	if (make_page(&options, &err) == 0)
		return EXIT_SUCCESS;
	diagnostic_error(&err);
	return EXIT_FAILURE;
}
