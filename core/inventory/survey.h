/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SURVEY_H
#define GOHTTPSNOOP_CORE_SURVEY_H

#include <stddef.h>

#include "examined_binary.h"
#include "process.h"

enum { SURVEY_LIBRARIES = 16 };

/* What is known of one file: that it can be traced, or why not. */
struct surveyed_file {
	struct file_identity identity;
	int result;	  /* 0: it can be traced; otherwise a negative errno */
	struct error why; /* valid if `result` is negative */
	/* The rest is valid if `result` is 0. */
	char *go_version;
	const char *convention;			 /* "stack" or "register" */
	const char *libraries[SURVEY_LIBRARIES]; /* whose requests are traced: "net/http" */
	size_t library_count;
};

/* Files are looked at once, however many processes run them. A zeroed struct has none. */
struct survey {
	struct surveyed_file **files;
	size_t count;
};

/*
 * Returns what is known of the file, which belongs to the survey. NULL if descriptors or memory ran out: nothing is
 * known then.
 */
const struct surveyed_file *survey_file(struct survey *survey, const struct inspection_file *file,
					const struct file_identity *identity,
					const struct inspection_options *options,
					struct error *err);

void survey_finish(struct survey *survey);

#endif
