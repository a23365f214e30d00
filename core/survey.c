/* SPDX-License-Identifier: MIT */
#include "survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inlining.h"
#include "function_set.h"
#include "similar.h"

/* Of what one pattern means. */
enum { MAX_FUNCTIONS = 64 };

static int survey_init(struct survey *survey, const struct binary *binary, size_t count,
		       struct error *err)
{
	if (binary_is_library(binary))
		return error_fail(err, -ENOTSUP,
				  "a shared library (-buildmode=c-shared or plugin), not a program: cannot be traced");
	*survey = (struct survey){.binary = binary, .count = count};
	survey->probes = calloc(count ? count : 1, sizeof(*survey->probes));
	return survey->probes ? 0 : error_fail(err, -ENOMEM, "out of memory");
}

void survey_finish(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++)
		probe_finish(&survey->probes[i].probe);
	free(survey->probes);
	*survey = (struct survey){0};
}

size_t survey_count_fit(const struct survey *survey)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->count; i++)
		count += survey->probes[i].result == 0;
	return count;
}

static bool has_role(const struct survey *survey, enum plan_role role)
{
	for (size_t i = 0; i < survey->count; i++) {
		if (survey->probes[i].result == 0 && survey->probes[i].role == role)
			return true;
	}
	return false;
}

/* Whether there is a probe that is meant for where this call was inlined. */
static bool is_made_up_for(const struct survey *survey, const struct protocol *protocol,
			   const struct expected_call *call)
{
	for (size_t i = 0; i < survey->count; i++) {
		if (survey->probes[i].result == 0 && protocol->probes[i].inlined == call)
			return true;
	}
	return false;
}

/* Where ends may pass unseen, an open request must not be taken for one whose handler panicked. */
static void give_up_panics(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		struct survey_probe *probe = &survey->probes[i];

		if (probe->role == PLAN_ROLE_PANIC && probe->result == 0)
			probe->result = error_fail(&probe->why, -ENOTSUP,
						   "requests may end without being seen to");
	}
}

static void find_blindnesses(struct survey *survey, const struct protocol *protocol)
{
	for (size_t i = 0; i < protocol->blindness_count; i++) {
		const struct protocol_blindness *blindness = &protocol->blindnesses[i];

		if (is_made_up_for(survey, protocol, blindness->call) ||
		    !probe_is_inlined(survey->binary, blindness->call))
			continue;
		survey->blindnesses[survey->blindness_count++] = blindness;
		if (blindness->hides_ends)
			give_up_panics(survey);
	}
}

int survey_protocol(const struct binary *binary, const struct protocol *protocol, uint32_t max_string,
		    struct survey *ret_survey, struct error *err)
{
	struct survey survey;
	int r = survey_init(&survey, binary, protocol->probe_count, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < protocol->probe_count; i++) {
		struct survey_probe *probe = &survey.probes[i];

		probe->function = protocol->probes[i].function;
		probe->role = protocol->probes[i].role;
		probe->result = probe_compile(binary, &protocol->probes[i], max_string,
					      &probe->probe, &probe->why);
	}
	if (!has_role(&survey, PLAN_ROLE_START) || !has_role(&survey, PLAN_ROLE_END)) {
		error_hint(err, "name the functions to trace");
		r = error_fail(err, -ENOENT, "no HTTP server of net/http in it: %s",
			       survey.probes[0].result < 0 ? survey.probes[0].why.what
							   : "how requests end is not to be seen");
		survey_finish(&survey);
		return r;
	}
	find_blindnesses(&survey, protocol);
	*ret_survey = survey;
	return 0;
}

/* Finds the parameter through which a function takes an *http.Request. */
static const char *request_parameter(const struct signature *signature)
{
	for (size_t i = 0; i < signature->parameter_count; i++) {
		if (strcmp(signature->parameters[i].type->name, "*net/http.Request") == 0)
			return signature->parameters[i].name;
	}
	return NULL;
}

static int fail_no_function(const struct binary *binary, const char *name, struct error *err)
{
	char names[256];

	if (inlining_explain(binary->image, binary->pclntab, &binary->version, name, err) < 0)
		return -ENOENT;
	error_fail(err, -ENOENT, "there is no function %s", name);
	if (similar_functions(binary->pclntab, name, names, sizeof(names)))
		error_hint(err, "near it: %s", names);
	return -ENOENT;
}

static int find_signature(const struct binary *binary, const struct function *function,
			  const struct signature **ret_signature, struct error *err)
{
	struct error why = {0};
	int r = types_signature(binary->types, function, ret_signature, NULL, &why);

	if (r < 0) {
		error_fail(err, r, "the parameters of function %s are not known: %s", function->name,
			   why.what);
		error_hint(err, "%s", why.hint[0] ? why.hint : "build it without -ldflags=-w");
	}
	return r;
}

/* What the function is asked for: its arguments, as named or all, and a request's keys if it takes one. */
static int compile_function(const struct binary *binary, const struct function_request *wanted,
			    const struct function *function, uint32_t max_string, struct probe *probe,
			    struct error *err)
{
	struct probe_request request = {function->name, PLAN_ROLE_CALL, .at = function};
	const struct signature *signature;
	struct call_captures captures;
	const char *parameter;
	int r = find_signature(binary, function, &signature, err);

	if (r < 0)
		return r;
	parameter = request_parameter(signature);
	call_captures_init(&captures, parameter);
	request.captures = captures.captures;
	request.capture_count = parameter ? CALL_CAPTURE_COUNT : CALL_GENERAL_COUNT;
	request.wants_arguments = wanted->has_list || !parameter;
	request.arguments = wanted->has_list ? (const char *const *)wanted->captures : NULL;
	request.argument_count = wanted->capture_count;
	return probe_compile(binary, &request, max_string, probe, err);
}

static struct survey_probe *survey_grow(struct survey *survey, const char *function, struct error *err)
{
	size_t size = (survey->count + 1) * sizeof(*survey->probes);
	struct survey_probe *probes = realloc(survey->probes, size);
	struct survey_probe *probe;

	if (!probes) {
		error_fail(err, -ENOMEM, "out of memory");
		return NULL;
	}
	survey->probes = probes;
	probe = &probes[survey->count++];
	*probe = (struct survey_probe){.function = function, .role = PLAN_ROLE_CALL};
	return probe;
}

/* One probe for each function that the request means; one that is refused where that is none. */
static int survey_request(struct survey *survey, const struct function_request *request,
			  uint32_t max_string, struct error *err)
{
	struct function_set set;
	struct survey_probe *probe;
	int r = function_set_find(survey->binary->pclntab, request->function, MAX_FUNCTIONS, &set, err);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < set.count; i++) {
		probe = survey_grow(survey, set.functions[i].name, err);
		r = probe ? 0 : -ENOMEM;
		if (probe)
			probe->result = compile_function(survey->binary, request, &set.functions[i],
							 max_string, &probe->probe, &probe->why);
	}
	if (r == 0 && (set.count == 0 || set.matched > set.count)) {
		probe = survey_grow(survey, request->function, err);
		r = probe ? 0 : -ENOMEM;
		if (probe && set.count == 0)
			probe->result = fail_no_function(survey->binary, request->function, &probe->why);
		else if (probe)
			probe->result = error_fail(&probe->why, -E2BIG,
						   "%s means %zu functions: the first %d are traced",
						   request->function, set.matched, MAX_FUNCTIONS);
	}
	function_set_release(&set);
	return r;
}

int survey_functions(const struct binary *binary, const struct function_request *requests, size_t count,
		     uint32_t max_string, struct survey *ret_survey, struct error *err)
{
	struct survey survey;
	int r = survey_init(&survey, binary, 0, err);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = survey_request(&survey, &requests[i], max_string, err);
	if (r < 0)
		survey_finish(&survey);
	else
		*ret_survey = survey;
	return r;
}
