/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_INSPECTION_H
#define GOHTTPSNOOP_CORE_INSPECTION_H

#include "kernel.h"
#include "notice.h"
#include "schema.h"
#include "trace_spec.h"

/*
 * What a session has to know of one binary to trace processes that run it: its probes, compiled and
 * installed. The binary itself is closed again; processes of the same file share one inspection.
 */
struct inspection;

struct inspection_options {
	const struct trace_spec *spec; /* what to trace; outlives the inspection */
	const char *types; /* a file that has the types of binaries that have not, or NULL */
	const struct notifier *notifier; /* for what cannot be traced although the rest can */
};

struct inspection_file {
	const char *path;   /* by which it is opened */
	const char *origin; /* where it is: debug files are looked for there */
	const char *name;   /* for messages */
};

/*
 * Inspects the file for `kernel`. -ENOENT when there is nothing in it to trace.
 */
int inspection_open(struct kernel *kernel, const struct inspection_file *file,
		    const struct inspection_options *options, struct inspection **ret_inspection,
		    struct error *err);

void inspection_close(struct inspection *inspection);

/* Whether the binary is a shared library, which processes load and none runs. */
bool inspection_is_library(const struct inspection *inspection);

const char *inspection_go_version(const struct inspection *inspection);
const char *inspection_convention(const struct inspection *inspection);

/* What of the requests that the binary handles is not seen, in words; owned by the inspection. */
const char *const *inspection_unseen(const struct inspection *inspection, size_t *ret_count);

/* The points to attach at; owned by the inspection. */
const struct attach_point *inspection_points(const struct inspection *inspection,
					     size_t *ret_count);

/* What records of this plan hold; NULL when the plan is none of this inspection's. */
const struct schema *inspection_schema(const struct inspection *inspection, uint32_t plan);

/* The function this plan's probe is on; NULL likewise. */
const char *inspection_function(const struct inspection *inspection, uint32_t plan);

/* Tells of each probe, in a sentence that is safe to print: for those who ask for more words. */
void inspection_describe(const struct inspection *inspection,
			 void (*tell)(void *user, const char *sentence), void *user);

#endif
