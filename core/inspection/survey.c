/* SPDX-License-Identifier: MIT */
#include "survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int survey_init(struct survey *survey, const struct binary *binary, size_t count, struct error *err)
{
	*survey = (struct survey){ .binary = binary, .count = count };
	survey->probes = calloc(count ? count : 1, sizeof(*survey->probes));
	return survey->probes ? 0 : error_fail(err, -ENOMEM, "out of memory");
}

void survey_finish(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++)
		probe_finish(&survey->probes[i].probe);
	free(survey->probes);
	free(survey->blindnesses);
	protocol_rows_finish(&survey->rows);
	*survey = (struct survey){ 0 };
}

size_t survey_count_fit(const struct survey *survey)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->count; i++)
		count += survey->probes[i].result == 0;
	return count;
}

const char *survey_unseen(const struct survey *survey, size_t index)
{
	if (index < survey->blindness_count)
		return survey->blindnesses[index]->unseen;
	index -= survey->blindness_count;
	return index < survey->others.count ? survey->others.names[index] : NULL;
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
static bool is_made_up_for(const struct survey *survey, const struct expected_call *call)
{
	for (size_t i = 0; i < survey->count; i++) {
		if (survey->probes[i].result == 0 && survey->rows.probes[i].inlined == call)
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

static void find_blindnesses(struct survey *survey)
{
	for (size_t i = 0; i < survey->rows.blindness_count; i++) {
		const struct protocol_blindness *blindness = &survey->rows.blindnesses[i];

		if (is_made_up_for(survey, blindness->call) ||
		    !probe_is_inlined(survey->binary, blindness->call))
			continue;
		survey->blindnesses[survey->blindness_count++] = blindness;
		if (blindness->hides_ends)
			give_up_panics(survey);
	}
}

/* A survey with room for what a protocol has for this binary. */
static int init_of_protocol(struct survey *survey, const struct binary *binary,
			    const struct protocol *protocol, struct error *err)
{
	struct protocol_rows rows;
	int r = protocol_rows_init(&rows, protocol, &binary->x_net, err);

	if (r < 0)
		return r;
	r = survey_init(survey, binary, rows.probe_count, err);
	if (r < 0) {
		protocol_rows_finish(&rows);
		return r;
	}
	survey->rows = rows;
	survey->blindnesses = calloc(rows.blindness_count, sizeof(*survey->blindnesses));
	if (survey->blindnesses)
		return 0;
	survey_finish(survey);
	return error_fail(err, -ENOMEM, "out of memory");
}

/* Whether an earlier row has a probe there already: two copies of a module can wrap one server. */
static bool is_probed(const struct survey *survey, size_t count, const struct probe_request *row)
{
	for (size_t i = 0; i < count; i++) {
		const struct survey_probe *probe = &survey->probes[i];

		if (probe->result == 0 && probe->role == row->role && row->companion &&
		    strcmp(probe->function, row->function) == 0)
			return true;
	}
	return false;
}

/*
 * Compiles a row of the protocol, with what the user asks beside. The row that sees most requests has to
 * give that; in the others, for other servers and releases, it need not exist.
 */
static void survey_row(struct survey_probe *probe, const struct binary *binary,
		       const struct probe_request *row, bool decides,
		       const struct survey_options *options)
{
	struct probe_request request = *row;
	struct request_wishes wishes = { .count = 0 };

	if (options->captures)
		request_wishes_init(&wishes, options->captures, row->request_root,
				    row->response_root);
	request.arguments = wishes.wishes;
	request.argument_count = wishes.count;
	request.wants_arguments = wishes.count > 0;
	request.lenient = !decides;
	request.redaction = options->redaction;
	request.notation = options->notation;
	request.max_elements = options->max_elements;
	probe->function = row->function;
	probe->role = row->role;
	probe->expression_count = wishes.expression_count;
	probe->result =
		probe_compile(binary, &request, options->max_string, &probe->probe, &probe->why);
}

/* What the user asks for does not fit, or is too much, where most requests pass. */
static bool is_refused(const struct survey_probe *probe)
{
	return probe->result < 0 && (probe->why.quote[0] || probe->result == -E2BIG);
}

static int fail_protocol(const struct survey *survey, struct error *err)
{
	for (size_t i = 0; i < survey->count; i++) {
		if (survey->probes[i].result < 0 && survey->probes[i].why.quote[0])
			return error_adopt(err, &survey->probes[i].why);
	}
	error_hint(err, "name the functions to trace");
	if (survey->others.count) {
		char others[OTHER_SERVERS_MAX * OTHER_SERVER_NAME];

		other_servers_format(&survey->others, others, sizeof(others));
		return error_fail(err, -ENOENT,
				  "no HTTP server of net/http in it, only what is not traced: %s",
				  others);
	}
	return error_fail(err, -ENOENT, "no HTTP server of net/http in it: %s",
			  survey->probes[0].result < 0 ? survey->probes[0].why.what :
							 "how requests end is not to be seen");
}

/* Compiles row after row; negative when what the user asks for does not fit. */
static int survey_rows(struct survey *survey, const struct survey_options *options,
		       struct error *err)
{
	bool requests_decided = false, responses_decided = false;

	for (size_t i = 0; i < survey->count; i++) {
		const struct probe_request *row = &survey->rows.probes[i];
		struct survey_probe *probe = &survey->probes[i];
		bool decides = (row->request_root && !requests_decided) ||
			       (row->response_root && !responses_decided);

		survey_row(probe, survey->binary, row, decides, options);
		requests_decided |= row->request_root != NULL;
		responses_decided |= row->response_root != NULL;
		if (decides && is_refused(probe))
			return error_adopt(err, &probe->why);
		if (probe->result == 0 && is_probed(survey, i, row)) {
			probe_finish(&probe->probe);
			probe->result = error_fail(&probe->why, -ENOENT, "probed already");
		}
	}
	return 0;
}

int survey_protocol(const struct binary *binary, const struct protocol *protocol,
		    const struct survey_options *options, struct survey *ret_survey,
		    struct error *err)
{
	struct survey survey;
	int r = init_of_protocol(&survey, binary, protocol, err);

	if (r < 0)
		return r;
	other_servers_find(binary->pclntab, &survey.others);
	r = survey_rows(&survey, options, err);
	if (r == 0 && (!has_role(&survey, PLAN_ROLE_START) || !has_role(&survey, PLAN_ROLE_END)))
		r = fail_protocol(&survey, err);
	if (r < 0) {
		survey_finish(&survey);
		return r;
	}
	find_blindnesses(&survey);
	*ret_survey = survey;
	return 0;
}
