/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_usage.h"
#include "diagnostic.h"
#include "kernel_report.h"
#include "option_parser.h"
#include "report_options.h"
#include "standard_output.h"

static int check_fail_usage(struct error *err, const char *what)
{
	error_fail(err, -EINVAL, "%s", what);
	error_hint(err, "usage: gohttpsnoop check [--json]");
	return -EINVAL;
}

static int check_options_parse(int argc, char **argv, struct report_options *ret_options,
			       struct error *err)
{
	int r = report_options_parse(argc, argv, ret_options, err);

	if (r < 0 || !ret_options->argument_count || ret_options->help)
		return r;
	return check_fail_usage(err, "check takes no arguments");
}

static int check_print(struct report *report, struct error *err)
{
	struct bytes text;

	if (report_finish(report, &text) < 0)
		return error_fail(err, -ENOMEM, "out of memory");
	return standard_output_write((const char *)text.data, text.size, err);
}

/* Tests everything that tracing needs from the kernel, in the same way as tracing uses it. */
static enum verdict check_write_report(struct report *report)
{
	struct kernel_facts facts;
	struct kernel_features features;
	struct kernel_trial_options options = { &facts, &features, DEFAULT_MAX_STRING,
						DEFAULT_RING_SIZE };
	struct kernel_trial trial;
	struct kernel_verdict verdict;

	kernel_facts_read(&facts);
	kernel_features_probe(&facts, &features);
	kernel_trial_run(&options, &trial);
	kernel_verdict_find(&facts, &trial, &verdict);
	report_string(report, "version", GOHTTPSNOOP_VERSION);
	kernel_report_facts(report, &facts, &features);
	kernel_report_ways(report, &features, &trial);
	kernel_report_verdict(report, &verdict);
	return kernel_verdict_sum(&verdict);
}

static int check_run(const struct report_options *options, enum verdict *ret_verdict,
		     struct error *err)
{
	struct report *report;
	int r = report_create(options->json, &report);

	if (r < 0)
		return error_fail(err, r, "out of memory");
	*ret_verdict = check_write_report(report);
	r = check_print(report, err);
	report_destroy(report);
	return r;
}

int check(int argc, char **argv)
{
	static const int statuses[] = {
		[VERDICT_EVERYTHING] = EXIT_SUCCESS,
		[VERDICT_PARTLY] = EXIT_PARTLY,
		[VERDICT_NOTHING] = EXIT_FAILURE,
	};
	struct report_options options = { 0 };
	struct error err = { 0 };
	enum verdict verdict = VERDICT_NOTHING;

	if (check_options_parse(argc, argv, &options, &err) < 0) {
		diagnostic_error(&err);
		return EXIT_USAGE;
	}
	if (options.help)
		return standard_output_print(command_usage_check);
	if (check_run(&options, &verdict, &err) == 0)
		return statuses[verdict];
	diagnostic_error(&err);
	return EXIT_FAILURE;
}
