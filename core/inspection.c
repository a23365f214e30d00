/* SPDX-License-Identifier: MIT */
#include "inspection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "binary.h"
#include "survey.h"

/* A probe as it is installed: where to attach it and how to read its records. */
struct installed_probe {
	char *function;
	enum site_kind site;
	struct schema schema;
};

struct inspection {
	unsigned int references;
	struct kernel *kernel;
	char *go_version;
	const char *convention;
	size_t count;
	struct attach_point *points; /* parallel to `probes` */
	struct installed_probe *probes;
};

static int no_memory(struct error *err)
{
	return error_fail(err, -ENOMEM, "out of memory");
}

static int grow(struct inspection *inspection, struct error *err)
{
	size_t count = inspection->count + 1;
	struct attach_point *points = realloc(inspection->points, count * sizeof(*points));
	struct installed_probe *probes;

	if (!points)
		return no_memory(err);
	inspection->points = points;
	probes = realloc(inspection->probes, count * sizeof(*probes));
	if (!probes)
		return no_memory(err);
	inspection->probes = probes;
	return 0;
}

static int install(struct inspection *inspection, const char *function, const struct probe *probe,
		   struct error *err)
{
	struct installed_probe installed = {
		.site = probe->site.kind,
		.schema = {.role = probe->plan.role, .cell_count = probe->plan.cell_count,
			   .unknown = probe->unknown},
	};
	int r = grow(inspection, err);

	if (r < 0)
		return r;
	memcpy(installed.schema.cells, probe->cells, sizeof(installed.schema.cells));
	installed.function = strdup(function);
	if (!installed.function)
		return no_memory(err);
	r = kernel_install(inspection->kernel, &probe->plan, err);
	if (r < 0) {
		free(installed.function);
		return r;
	}
	inspection->points[inspection->count] =
		(struct attach_point){.file_offset = probe->site.file_offset, .plan = r};
	inspection->probes[inspection->count++] = installed;
	return 0;
}

static void tell_blindnesses(const struct survey *survey, const struct inspection_options *options)
{
	for (size_t i = 0; i < survey->blindness_count; i++) {
		const struct protocol_blindness *blindness = survey->blindnesses[i];
		struct error why = {0};

		error_fail(&why, -ENOENT, "%s cannot be seen: %s was inlined", blindness->unseen,
			   blindness->call->callee);
		error_hint(&why, "a build without profile-guided optimisation, -pgo=off, can be traced");
		options->refused(options->user, &why);
	}
}

/* The fields that exist, and whose place is known at none of the survey's probes. */
static uint32_t unknown_fields(const struct survey *survey)
{
	uint32_t unknown = 0, known = 0;

	for (size_t i = 0; i < survey->count; i++) {
		const struct probe *probe = &survey->probes[i].probe;

		if (survey->probes[i].result < 0)
			continue;
		unknown |= probe->unknown;
		for (uint32_t cell = 0; cell < probe->plan.cell_count; cell++)
			known |= 1u << probe->cells[cell].field;
	}
	return unknown & ~known;
}

static void tell_unknown(const struct survey *survey, const struct inspection_options *options)
{
	static const char *const names[FIELD_COUNT] = {
		[FIELD_GOID] = "goid",	   [FIELD_METHOD] = "method",
		[FIELD_PATH] = "path",	   [FIELD_QUERY] = "query",
		[FIELD_ROUTE] = "route",   [FIELD_HOST] = "host",
		[FIELD_REMOTE] = "remote", [FIELD_PROTOCOL_MAJOR] = "protocol",
		[FIELD_TLS] = "scheme",	   [FIELD_REQUEST_BYTES] = "request_bytes",
		[FIELD_STATUS] = "status", [FIELD_RESPONSE_BYTES] = "response_bytes",
	};
	uint32_t unknown = unknown_fields(survey);
	struct error why = {0};
	char list[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (unknown >> i & 1 && names[i])
			used += snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
					 names[i]);
	}
	if (!used)
		return;
	error_fail(&why, -ENODATA, "%s will be null: the layouts of %s are not known%s", list,
		   survey->binary->version.text,
		   types_have_dwarf(survey->binary->types) ? "" : ", and the binary has no DWARF");
	options->refused(options->user, &why);
}

/* Surveys what the options ask for; the error says why nothing of it can be traced. */
static int survey_options(const struct binary *binary, const struct inspection_options *options,
			  struct survey *survey, struct error *err)
{
	int r;

	if (options->function_count == 0)
		return survey_protocol(binary, &protocol_http_server, options->max_string, survey, err);
	r = survey_functions(binary, options->functions, options->function_count,
			     options->max_string, survey, err);
	if (r < 0 || survey_count_fit(survey) > 0)
		return r;
	if (survey->count == 1)
		r = error_adopt(err, &survey->probes[0].why);
	else
		r = error_fail(err, -ENOENT, "none of the functions can be traced");
	survey_finish(survey);
	return r;
}

/* Installs what can be attached; tells of the rest, but for what the binary simply does not have. */
static int install_survey(struct inspection *inspection, const struct survey *survey,
			  const struct inspection_options *options, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < survey->count; i++) {
		const struct survey_probe *probe = &survey->probes[i];

		if (probe->result == 0)
			r = install(inspection, probe->function, &probe->probe, err);
		else if (options->function_count > 1)
			options->refused(options->user, &probe->why);
	}
	tell_blindnesses(survey, options);
	tell_unknown(survey, options);
	return r;
}

/* A uprobe runs on this machine's processor: a binary for another one can only be looked at. */
static int check_machine(const struct binary *binary, struct error *err)
{
	static const char *const names[] = {[MACHINE_AMD64] = "x86_64", [MACHINE_ARM64] = "aarch64"};
	const char *wanted = names[image_machine(binary->image)];
	struct utsname host;

	if (uname(&host) < 0 || strcmp(host.machine, wanted) == 0)
		return 0;
	return error_fail(err, -ENOEXEC, "a program for %s cannot be traced on %s", wanted, host.machine);
}

static int open_and_survey(const char *path, const struct inspection_options *options,
			   struct binary **ret_binary, struct survey *ret_survey, struct error *err)
{
	struct binary *binary;
	int r = binary_open(path, &binary, err);

	if (r < 0)
		return r;
	r = check_machine(binary, err);
	if (r == 0)
		r = survey_options(binary, options, ret_survey, err);
	if (r < 0)
		binary_close(binary);
	else
		*ret_binary = binary;
	return r;
}

static int inspect(struct inspection *inspection, const char *path,
		   const struct inspection_options *options, struct error *err)
{
	struct binary *binary;
	struct survey survey;
	int r = open_and_survey(path, options, &binary, &survey, err);

	if (r < 0)
		return r;
	inspection->convention = binary->convention->name;
	inspection->go_version = strdup(binary->version.text);
	r = inspection->go_version ? install_survey(inspection, &survey, options, err) : no_memory(err);
	survey_finish(&survey);
	binary_close(binary);
	return r;
}

int inspection_open(struct kernel *kernel, const char *path, const struct inspection_options *options,
		    struct inspection **ret_inspection, struct error *err)
{
	struct inspection *inspection = calloc(1, sizeof(*inspection));
	int r;

	if (!inspection)
		return no_memory(err);
	inspection->references = 1;
	inspection->kernel = kernel;
	r = inspect(inspection, path, options, err);
	if (r < 0) {
		inspection_release(inspection);
		return r;
	}
	*ret_inspection = inspection;
	return 0;
}

struct inspection *inspection_reference(struct inspection *inspection)
{
	inspection->references++;
	return inspection;
}

void inspection_release(struct inspection *inspection)
{
	if (!inspection || --inspection->references > 0)
		return;
	for (size_t i = 0; i < inspection->count; i++) {
		kernel_uninstall(inspection->kernel, inspection->points[i].plan);
		free(inspection->probes[i].function);
	}
	free(inspection->points);
	free(inspection->probes);
	free(inspection->go_version);
	free(inspection);
}

const char *inspection_go_version(const struct inspection *inspection)
{
	return inspection->go_version;
}

const char *inspection_convention(const struct inspection *inspection)
{
	return inspection->convention;
}

const struct attach_point *inspection_points(const struct inspection *inspection, size_t *ret_count)
{
	*ret_count = inspection->count;
	return inspection->points;
}

static const struct installed_probe *find_probe(const struct inspection *inspection, uint32_t plan)
{
	for (size_t i = 0; i < inspection->count; i++) {
		if (inspection->points[i].plan == (int)plan)
			return &inspection->probes[i];
	}
	return NULL;
}

const struct schema *inspection_schema(const struct inspection *inspection, uint32_t plan)
{
	const struct installed_probe *probe = find_probe(inspection, plan);

	return probe ? &probe->schema : NULL;
}

const char *inspection_function(const struct inspection *inspection, uint32_t plan)
{
	const struct installed_probe *probe = find_probe(inspection, plan);

	return probe ? probe->function : NULL;
}

void inspection_describe(const struct inspection *inspection,
			 void (*tell)(void *user, const char *sentence), void *user)
{
	static const char *const sites[] = {
		[SITE_STACK_CHECK] = "stack check",
		[SITE_ENTRY] = "entry",
		[SITE_CALL] = "call",
		[SITE_AFTER_CALL] = "after a call",
	};

	for (size_t i = 0; i < inspection->count; i++) {
		const struct installed_probe *probe = &inspection->probes[i];
		struct error sentence = {0};
		char text[1024];

		/* A function's name comes from the binary; errors are made safe to print. */
		error_fail(&sentence, 0, "probe %s at file offset 0x%llx (%s)", probe->function,
			   (unsigned long long)inspection->points[i].file_offset, sites[probe->site]);
		error_format(&sentence, text, sizeof(text));
		tell(user, text);
	}
}
