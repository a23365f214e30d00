/* SPDX-License-Identifier: MIT */
/* What can be traced of functions that a user names; the other half of survey.h. */
#include "survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "function_report.h"
#include "function_set.h"

/* Of what one pattern means. */
enum { MAX_FUNCTIONS = 64 };

/* Finds the parameter through which a function takes an *http.Request. */
static const char *request_parameter(const struct signature *signature)
{
	for (size_t i = 0; i < signature->parameter_count; i++) {
		if (strcmp(signature->parameters[i].type->name, "*net/http.Request") == 0)
			return signature->parameters[i].name;
	}
	return NULL;
}

static int find_signature(const struct binary *binary, const struct function *function,
			  const struct signature **ret_signature, struct error *err)
{
	struct error why = { 0 };
	int r = types_signature(binary->types, function, ret_signature, NULL, &why);

	if (r < 0) {
		error_fail(err, r, "the parameters of function %s are not known: %s",
			   function->name, why.what);
		error_hint(err, "%s", why.hint);
	}
	return r;
}

/* The captures of a request, apart: those of parameters, and those of results. */
struct wanted {
	struct shape_wish parameters[FUNCTION_REQUEST_MAX_CAPTURES],
		results[FUNCTION_REQUEST_MAX_CAPTURES];
	size_t parameter_count, result_count;
	bool has_list, awaits_return;
};

static bool has_parameter(const struct signature *signature, const char *name)
{
	for (size_t i = 0; i < signature->parameter_count; i++) {
		if (strcmp(signature->parameters[i].name, name) == 0)
			return true;
	}
	return false;
}

/* `ret`, `ret0` and so on, where no parameter is called so. What is no expression is a parameter's. */
static bool is_of_result(const struct signature *signature, const char *text)
{
	struct expression expression;
	const char *root = expression.steps[0].name;

	if (expression_parse(text, &expression, NULL) < 0 || strncmp(root, "ret", 3) != 0)
		return false;
	return strspn(root + 3, "0123456789") == strlen(root + 3) &&
	       !has_parameter(signature, root);
}

static struct wanted sort_captures(const struct function_request *request,
				   const struct signature *signature, bool latency)
{
	struct wanted wanted = { .has_list = request->has_list, .awaits_return = latency };

	for (size_t i = 0; i < request->capture_count; i++) {
		if (is_of_result(signature, request->captures[i]))
			wanted.results[wanted.result_count++].expression = request->captures[i];
		else
			wanted.parameters[wanted.parameter_count++].expression =
				request->captures[i];
	}
	wanted.awaits_return = latency || wanted.result_count;
	return wanted;
}

/* What the function is asked for: its arguments, as named or all, and a request's keys if it takes one. */
static int compile_call(const struct binary *binary, const struct wanted *wanted,
			const struct function *function, const struct signature *signature,
			const struct survey_options *options, struct probe *probe,
			struct error *err)
{
	const char *parameter = request_parameter(signature);
	struct call_captures captures;
	struct probe_request request = {
		.function = function->name,
		.role = PLAN_ROLE_CALL,
		.captures = captures.captures,
		.at = function,
		.arguments = wanted->has_list ? wanted->parameters : NULL,
		.argument_count = wanted->parameter_count,
		.wants_arguments = wanted->has_list ? wanted->parameter_count > 0 : !parameter,
		.redaction = options->redaction,
	};

	call_captures_init(&captures, parameter, wanted->awaits_return);
	request.capture_count = captures.count;
	return probe_compile(binary, &request, options->max_string, probe, err);
}

static int compile_return(const struct binary *binary, const struct wanted *wanted,
			  const struct function *function, const struct survey_options *options,
			  struct probe *probe, struct error *err)
{
	struct call_captures captures;
	struct probe_request request = {
		.function = function->name,
		.role = PLAN_ROLE_RETURN,
		.captures = captures.captures,
		.at = function,
		.returns = true,
		.arguments = wanted->has_list ? wanted->results : NULL,
		.argument_count = wanted->result_count,
		.wants_arguments = !wanted->has_list || wanted->result_count,
		.redaction = options->redaction,
	};

	call_captures_init(&captures, NULL, true);
	request.capture_count = captures.count;
	return probe_compile(binary, &request, options->max_string, probe, err);
}

static struct survey_probe *survey_grow(struct survey *survey, const char *function,
					struct error *err)
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
	*probe = (struct survey_probe){ .function = function, .role = PLAN_ROLE_CALL };
	return probe;
}

static int survey_return(struct survey *survey, const struct wanted *wanted,
			 const struct function *function, const struct survey_options *options,
			 struct error *err)
{
	struct survey_probe *probe = survey_grow(survey, function->name, err);

	if (!probe)
		return -ENOMEM;
	probe->role = PLAN_ROLE_RETURN;
	probe->results_are_named = wanted->has_list;
	probe->result = compile_return(survey->binary, wanted, function, options, &probe->probe,
				       &probe->why);
	return 0;
}

static bool returns_at(const struct probe *end, uint64_t file_offset)
{
	for (size_t i = 0; i < end->returns.count; i++) {
		if (end->returns.file_offsets[i] == file_offset)
			return true;
	}
	return false;
}

/*
 * A call is not begun whose return is not seen: the reason is told, once. Nor is one awaited that returns
 * with its first instruction: which of two probes on that comes first nobody says.
 */
static void check_return(struct survey *survey)
{
	struct survey_probe *end = &survey->probes[survey->count - 1], *call = end - 1;

	if (end->result == 0 && !returns_at(&end->probe, call->probe.site.file_offset))
		return;
	if (end->result == 0) {
		call->awaits_return = false;
	} else {
		probe_finish(&call->probe);
		call->result = end->result;
		call->why = end->why;
	}
	probe_finish(&end->probe);
	survey->count--;
}

/* The probes of one function: at its begin and, where its returns are awaited, there. */
static int survey_function(struct survey *survey, const struct function_request *request,
			   const struct function *function, const struct survey_options *options,
			   struct error *err)
{
	struct survey_probe *probe = survey_grow(survey, function->name, err);
	const struct signature *signature;
	struct wanted wanted;
	int r;

	if (!probe)
		return -ENOMEM;
	probe->result = find_signature(survey->binary, function, &signature, &probe->why);
	if (probe->result < 0)
		return 0;
	wanted = sort_captures(request, signature, options->latency);
	probe->awaits_return = wanted.awaits_return;
	probe->result = compile_call(survey->binary, &wanted, function, signature, options,
				     &probe->probe, &probe->why);
	if (probe->result < 0 || !wanted.awaits_return)
		return 0;
	r = survey_return(survey, &wanted, function, options, err);
	if (r == 0)
		check_return(survey);
	return r;
}

/* What there is to say when a request means no function, or more than are traced. */
static int survey_count(struct survey *survey, const struct function_request *request,
			const struct function_set *set, struct error *err)
{
	struct survey_probe *probe;

	if (set->count > 0 && set->matched == set->count)
		return 0;
	probe = survey_grow(survey, request->function, err);
	if (!probe)
		return -ENOMEM;
	if (set->count == 0)
		probe->result = function_missing(survey->binary, request->function, &probe->why);
	else
		probe->result = error_fail(&probe->why, -E2BIG,
					   "%s means %zu functions: the first %d are traced",
					   request->function, set->matched, MAX_FUNCTIONS);
	return 0;
}

static int survey_request(struct survey *survey, const struct function_request *request,
			  const struct survey_options *options, struct error *err)
{
	struct function_set set;
	int r = function_set_find(survey->binary->pclntab, request->function, MAX_FUNCTIONS, &set,
				  err);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < set.count; i++)
		r = survey_function(survey, request, &set.functions[i], options, err);
	if (r == 0)
		r = survey_count(survey, request, &set, err);
	function_set_release(&set);
	return r;
}

static bool awaits_returns(const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		if (survey->probes[i].result == 0 && survey->probes[i].role == PLAN_ROLE_RETURN)
			return true;
	}
	return false;
}

/* A goroutine that ends has left what it had called, by a panic that was recovered outside of it. */
static int survey_goroutine_end(struct survey *survey, uint32_t max_string, struct error *err)
{
	struct survey_probe *probe = survey_grow(survey, protocol_goroutine_end.function, err);

	if (!probe)
		return -ENOMEM;
	probe->role = PLAN_ROLE_GONE;
	probe->result = probe_compile(survey->binary, &protocol_goroutine_end, max_string,
				      &probe->probe, &probe->why);
	return 0;
}

int survey_functions(const struct binary *binary, const struct survey_options *options,
		     struct survey *ret_survey, struct error *err)
{
	struct survey survey = { 0 };
	int r = survey_init(&survey, binary, 0, err);

	for (size_t i = 0; r == 0 && i < options->function_count; i++)
		r = survey_request(&survey, &options->functions[i], options, err);
	if (r == 0 && awaits_returns(&survey))
		r = survey_goroutine_end(&survey, options->max_string, err);
	if (r < 0)
		survey_finish(&survey);
	else
		*ret_survey = survey;
	return r;
}
