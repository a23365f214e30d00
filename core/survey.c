/* SPDX-License-Identifier: MIT */
#include "survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "function_report.h"

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

static int find_request_parameter(const struct binary *binary, const char *name,
				  const char **ret_parameter, struct error *err)
{
	const struct signature *signature;
	struct function function;
	struct error why = {0};
	int r;

	if (!pclntab_find(binary->pclntab, name, &function))
		return function_missing(binary, name, err);
	r = types_signature(binary->types, &function, &signature, NULL, &why);
	if (r < 0) {
		error_fail(err, r, "the parameters of function %s are not known: %s", name, why.what);
		error_hint(err, "%s", why.hint);
		return r;
	}
	*ret_parameter = request_parameter(signature);
	if (*ret_parameter)
		return 0;
	return error_fail(err, -EINVAL, "function %s takes no *http.Request", name);
}

static int compile_function(const struct binary *binary, const char *name, uint32_t max_string,
			    struct probe *probe, struct error *err)
{
	struct call_captures captures;
	const char *parameter;
	int r = find_request_parameter(binary, name, &parameter, err);

	if (r < 0)
		return r;
	call_captures_init(&captures, parameter);
	return probe_compile(binary,
			     &(struct probe_request){name, PLAN_ROLE_CALL, captures.captures,
						     CALL_CAPTURE_COUNT},
			     max_string, probe, err);
}

int survey_functions(const struct binary *binary, const char *const *names, size_t count,
		     uint32_t max_string, struct survey *ret_survey, struct error *err)
{
	struct survey survey;
	int r = survey_init(&survey, binary, count, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		struct survey_probe *probe = &survey.probes[i];

		probe->function = names[i];
		probe->role = PLAN_ROLE_CALL;
		probe->result = compile_function(binary, names[i], max_string, &probe->probe,
						 &probe->why);
	}
	*ret_survey = survey;
	return 0;
}
