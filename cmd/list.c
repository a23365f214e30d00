/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostic.h"
#include "file_limit.h"
#include "inventory.h"
#include "option_parser.h"
#include "process.h"
#include "standard_output.h"
#include "trace.h"
#include "types_file.h"

static int print_inventory(const struct inventory *inventory, bool json, struct error *err)
{
	char *text;
	size_t size;
	int r = inventory_print(inventory, json, &text, &size);

	if (r < 0)
		return error_fail(err, r, "out of memory");
	r = size ? standard_output_write(text, size, err) : 0;
	free(text);
	return r;
}

/* Names the files of --binary for the rules. A file that cannot be read is an error, as when it is traced. */
static int name_binaries(const struct options *options, struct wanted_binary *binaries,
			 struct error *err)
{
	for (size_t i = 0; i < options->binary_count; i++) {
		struct file_identity identity;
		int r = file_identity_read(options->binaries[i], &identity);

		if (r < 0) {
			error_subject(err, "%s", options->binaries[i]);
			return error_fail(err, r, "%s", strerror(-r));
		}
		binaries[i] = (struct wanted_binary){ .path = options->binaries[i] };
	}
	return 0;
}

/* A thread's id stands for its process, as when it is traced. */
static void name_processes(const struct options *options, uint32_t *pids)
{
	for (size_t i = 0; i < options->pid_count; i++)
		pids[i] = process_of_thread(options->pids[i]);
}

static int take_inventory(const struct options *options, const struct wanted_binary *binaries,
			  const uint32_t *pids, struct inventory *ret_inventory, struct error *err)
{
	const struct redaction redaction = options_redaction(options);
	const struct trace_spec spec = trace_spec_of(options, &redaction);
	const struct notifier notifier = diagnostic_notifier(&options->verbosity);
	const struct inventory_options inventory_options = {
		.rules = { .binaries = binaries,
			   .binary_count = options->binary_count,
			   .names = options->names,
			   .name_count = options->name_count,
			   .ports = options->ports,
			   .port_count = options->port_count,
			   .all = options->all },
		.pids = pids,
		.pid_count = options->pid_count,
		.inspection = { .spec = &spec, .types = options->types, .notifier = &notifier },
	};

	return inventory_take(&inventory_options, ret_inventory, err);
}

/* If there is none, that is said, since an empty output could have another reason. */
static int list_wanted(const struct options *options, const struct wanted_binary *binaries,
		       const uint32_t *pids, struct error *err)
{
	struct inventory inventory;
	int r = take_inventory(options, binaries, pids, &inventory, err);

	if (r < 0)
		return r;
	r = print_inventory(&inventory, options->json, err);
	if (r == 0 && !inventory.count && inventory.refused)
		r = -ENOENT;
	else if (r == 0 && !inventory.count && options->verbosity >= 0)
		diagnostic_text("no running process would be traced");
	inventory_finish(&inventory);
	return r;
}

int list(const struct options *options)
{
	struct wanted_binary *binaries = calloc(options->binary_count + 1, sizeof(*binaries));
	uint32_t *pids = calloc(options->pid_count + 1, sizeof(*pids));
	struct error err = { 0 };
	int r;

	file_limit_raise();
	if (!binaries || !pids)
		r = error_fail(&err, -ENOMEM, "out of memory");
	else
		r = types_file_check(options->types, &err);
	if (r == 0)
		r = name_binaries(options, binaries, &err);
	if (r == 0) {
		name_processes(options, pids);
		r = list_wanted(options, binaries, pids, &err);
	}
	if (err.code)
		diagnostic_error(&err);
	free(binaries);
	free(pids);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
