/* SPDX-License-Identifier: MIT */
#include "condition_checks.h"

#include <errno.h>
#include <string.h>

#include "function_arguments.h"

static int check_call_conditions(const struct options *options, struct error *err)
{
	const struct conditions *conditions = &options->conditions;
	const char *option = conditions->has_duration ? "--min-duration" :
			     conditions->has_failed   ? "--failed" :
							NULL;

	if (!options->function_count || options->within_requests)
		return 0;
	if (conditions->value_counts[CONDITION_STATUS]) {
		error_hint(err, "add --within requests to trace both");
		return error_fail(err, -EINVAL, "--status is about requests, not about a FUNCTION");
	}
	/* Only calls whose return is probed have a duration and an outcome. */
	if (!option || options->latency ||
	    function_arguments_capture_results(options->functions, options->function_count))
		return 0;
	error_hint(err, "add --latency, or --within requests to trace both");
	return error_fail(err, -EINVAL, "%s needs the returns of calls, which are not traced",
			  option);
}

/* A key that events have only with an option. */
struct optional_key {
	const char *name;
	bool is_there;
	const char *what, *hint;
};

static int check_key(const struct conditions *conditions, const struct optional_key *key,
		     struct error *err)
{
	for (size_t i = 0; !key->is_there && i < conditions->count; i++) {
		if (!where_uses_key(conditions->items[i], key->name))
			continue;
		error_subject(err, "--where");
		error_hint(err, "%s", key->hint);
		return error_fail(err, -EINVAL, "no event has the key %s %s", key->name, key->what);
	}
	return 0;
}

static int check_keys(const struct options *options, struct error *err)
{
	static const char NO_CALLS[] = "without a FUNCTION or --preset";
	static const char ADD_FUNCTION[] =
		"add one of them, and --within requests to trace requests, too";
	bool has_calls = options->function_count > 0;
	bool has_only_calls = has_calls && !options->within_requests;
	const struct optional_key keys[] = {
		{ "captures", options->capture_count > 0, "without --capture",
		  has_only_calls ? "args has the captures of a FUNCTION" : "add --capture EXPR" },
		{ "request_headers", options->request_header_count > 0, "without --header",
		  has_only_calls ? "add --within requests and -H NAME" : "add -H NAME" },
		{ "response_headers", options->response_header_count > 0,
		  "without --response-header",
		  has_only_calls ? "add --within requests and --response-header NAME" :
				   "add --response-header NAME" },
		{ "function", has_calls, NO_CALLS, ADD_FUNCTION },
		{ "args", has_calls, NO_CALLS, ADD_FUNCTION },
		{ "ret", has_calls, NO_CALLS, ADD_FUNCTION },
		{ "ret", options->latency, "without --latency", "add --latency" },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(keys) / sizeof(keys[0]); i++)
		r = check_key(&options->conditions, &keys[i], err);
	return r;
}

int condition_checks(const struct options *options, struct error *err)
{
	int r = check_call_conditions(options, err);

	return r < 0 ? r : check_keys(options, err);
}
