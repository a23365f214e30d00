/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_INSPECTED_FILES_H
#define GOHTTPSNOOP_CORE_INSPECTED_FILES_H

#include <stddef.h>

#include "examined_binary.h"
#include "process.h"

enum { INSPECTED_LIBRARIES = 16 };

/* The result of inspecting one file: that it can be traced, or why not. */
struct inspected_file {
	struct file_identity identity;
	int result;	  /* 0: it can be traced; otherwise a negative errno */
	struct error why; /* valid if `result` is negative */
	/* The rest is valid if `result` is 0. */
	char *go_version;
	const char *convention;			    /* "stack" or "register" */
	const char *libraries[INSPECTED_LIBRARIES]; /* whose requests are traced: "net/http" */
	size_t library_count;
};

/* Each file is inspected once, however many processes run it. A zeroed struct is empty. */
struct inspected_files {
	struct inspected_file **items;
	size_t count;
};

/*
 * Returns what is known of the file, which belongs to `files`. NULL if descriptors or memory ran out: nothing is
 * known then.
 */
const struct inspected_file *inspected_files_get(struct inspected_files *files,
						 const struct inspection_file *file,
						 const struct file_identity *identity,
						 const struct inspection_options *options,
						 struct error *err);

void inspected_files_finish(struct inspected_files *files);

#endif
