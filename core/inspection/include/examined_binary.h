/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_EXAMINED_BINARY_H
#define GOHTTPSNOOP_CORE_EXAMINED_BINARY_H

#include "binary.h"
#include "notice.h"
#include "probe_set.h"
#include "trace_spec.h"

struct inspection_options {
	const struct trace_spec *spec; /* what to trace; outlives the inspection */
	const char *types; /* path of a file with the types of binaries that have none, or NULL */
	const struct notifier *notifier; /* told what cannot be traced although the rest can */
};

struct inspection_file {
	const char *path;   /* by which the file is opened */
	const char *origin; /* where the file is, for the search for debug files */
	const char *name;   /* for messages */
};

/* A binary, and the probes that what is to be traced needs in it. Nothing is installed yet. */
struct examined_binary {
	struct binary *binary;
	struct probe_set probe_set; /* at least one of its probes can be attached */
};

/*
 * Opens the file and compiles its probes. -ENOENT if the file has nothing to trace, -ENOEXEC if it is no Go program or
 * one for another architecture. If several functions were named and none can be traced, the notifier is told each
 * reason. `learned` is NULL the first time; see probe_set.h. The caller releases it with examined_binary_close().
 */
int examined_binary_open(const struct inspection_file *file,
			 const struct inspection_options *options,
			 const struct learned_probes *learned, struct examined_binary *ret_examined,
			 struct error *err);

void examined_binary_close(struct examined_binary *examined);

#endif
