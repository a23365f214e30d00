/* SPDX-License-Identifier: MIT */
#include "inspection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "binary.h"
#include "similar.h"
#include "site.h"

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
		.schema = {.role = probe->plan.role, .cell_count = probe->plan.cell_count},
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

static int add_probe(struct inspection *inspection, const struct binary *binary,
		     const struct probe_request *request, uint32_t max_string, struct error *err)
{
	struct probe probe;
	int r = probe_compile(binary, request, max_string, &probe, err);

	if (r == 0)
		r = install(inspection, request->function, &probe, err);
	return r;
}

/* The probes of a protocol, compiled for one binary. */
struct compiled_protocol {
	const struct protocol *protocol;
	bool fits[PROTOCOL_MAX_PROBES]; /* the probe of this row could be compiled */
	struct probe probes[PROTOCOL_MAX_PROBES];
};

static int compile_protocol(const struct binary *binary, uint32_t max_string,
			    struct compiled_protocol *compiled, struct error *err)
{
	const struct protocol *protocol = compiled->protocol;

	for (size_t i = 0; i < protocol->probe_count; i++) {
		struct error why = {0};
		int r = probe_compile(binary, &protocol->probes[i], max_string, &compiled->probes[i],
				      &why);

		compiled->fits[i] = r == 0;
		if (r < 0 && r != -ENOENT) {
			if (err)
				*err = why;
			return r;
		}
	}
	return 0;
}

static bool has_role(const struct compiled_protocol *compiled, enum plan_role role)
{
	for (size_t i = 0; i < compiled->protocol->probe_count; i++) {
		if (compiled->fits[i] && compiled->protocol->probes[i].role == role)
			return true;
	}
	return false;
}

/* Whether there is a probe that is meant for where this call was inlined. */
static bool is_made_up_for(const struct compiled_protocol *compiled, const struct expected_call *call)
{
	for (size_t i = 0; i < compiled->protocol->probe_count; i++) {
		if (compiled->fits[i] && compiled->protocol->probes[i].inlined == call)
			return true;
	}
	return false;
}

static void tell_blindness(const struct protocol_blindness *blindness,
			   const struct inspection_options *options)
{
	struct error why = {0};

	error_fail(&why, -ENOENT, "%s cannot be seen: %s was inlined", blindness->unseen,
		   blindness->call->callee);
	error_hint(&why, "a build without profile-guided optimisation, -pgo=off, can be traced");
	options->refused(options->user, &why);
}

/* Where ends may pass unseen, an open request must not be taken for one whose handler panicked. */
static void give_up_role(struct compiled_protocol *compiled, enum plan_role role)
{
	for (size_t i = 0; i < compiled->protocol->probe_count; i++) {
		if (compiled->protocol->probes[i].role == role)
			compiled->fits[i] = false;
	}
}

static void check_blindnesses(const struct binary *binary, struct compiled_protocol *compiled,
			      const struct inspection_options *options)
{
	const struct protocol *protocol = compiled->protocol;

	for (size_t i = 0; i < protocol->blindness_count; i++) {
		const struct protocol_blindness *blindness = &protocol->blindnesses[i];

		if (is_made_up_for(compiled, blindness->call) ||
		    !probe_is_inlined(binary, blindness->call))
			continue;
		tell_blindness(blindness, options);
		if (blindness->hides_ends)
			give_up_role(compiled, PLAN_ROLE_PANIC);
	}
}

/* A binary need not have every function of the table, but a request has to have a start and an end. */
static int install_protocol(struct inspection *inspection, const struct compiled_protocol *compiled,
			    struct error *err)
{
	const struct protocol *protocol = compiled->protocol;
	int r = 0;

	if (!has_role(compiled, PLAN_ROLE_START) || !has_role(compiled, PLAN_ROLE_END)) {
		error_hint(err, "name the functions to trace");
		return error_fail(err, -ENOENT,
				  "no HTTP server of net/http in it: there is no function %s",
				  protocol->probes[0].function);
	}
	for (size_t i = 0; r == 0 && i < protocol->probe_count; i++) {
		if (compiled->fits[i])
			r = install(inspection, protocol->probes[i].function, &compiled->probes[i],
				    err);
	}
	return r;
}

static int add_protocol(struct inspection *inspection, const struct binary *binary,
			const struct protocol *protocol, const struct inspection_options *options,
			struct error *err)
{
	struct compiled_protocol *compiled = calloc(1, sizeof(*compiled));
	int r;

	if (!compiled)
		return no_memory(err);
	compiled->protocol = protocol;
	r = compile_protocol(binary, options->max_string, compiled, err);
	if (r == 0) {
		check_blindnesses(binary, compiled, options);
		r = install_protocol(inspection, compiled, err);
	}
	free(compiled);
	return r;
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

	if (similar_functions(binary->pclntab, name, names, sizeof(names)))
		error_hint(err, "near it: %s", names);
	return error_fail(err, -ENOENT, "there is no function %s", name);
}

static int add_function(struct inspection *inspection, const struct binary *binary, const char *name,
			uint32_t max_string, struct error *err)
{
	const struct signature *signature;
	struct call_captures captures;
	struct function function;
	struct error why = {0};
	const char *parameter;
	int r;

	if (!pclntab_find(binary->pclntab, name, &function))
		return fail_no_function(binary, name, err);
	r = types_signature(binary->types, &function, &signature, NULL, &why);
	if (r < 0) {
		error_hint(err, "build it without -ldflags=-w");
		return error_fail(err, r, "the parameters of function %s are not known: %s", name,
				  why.what);
	}
	parameter = request_parameter(signature);
	if (!parameter)
		return error_fail(err, -EINVAL, "function %s takes no *http.Request", name);
	call_captures_init(&captures, parameter);
	return add_probe(inspection, binary,
			 &(struct probe_request){name, PLAN_ROLE_CALL, captures.captures,
						 CALL_CAPTURE_COUNT},
			 max_string, err);
}

/* Functions that cannot be traced are told of one by one; it takes only one that can. */
static int add_functions(struct inspection *inspection, const struct binary *binary,
			 const struct inspection_options *options, struct error *err)
{
	if (options->function_count == 1)
		return add_function(inspection, binary, options->functions[0], options->max_string, err);
	for (size_t i = 0; i < options->function_count; i++) {
		struct error why = {0};

		if (add_function(inspection, binary, options->functions[i], options->max_string, &why) < 0)
			options->refused(options->user, &why);
	}
	if (inspection->count == 0)
		return error_fail(err, -ENOENT, "none of the functions can be traced");
	return 0;
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

static int inspect(struct inspection *inspection, const char *path,
		   const struct inspection_options *options, struct error *err)
{
	struct binary *binary;
	int r = binary_open(path, &binary, err);

	if (r < 0)
		return r;
	inspection->convention = binary->convention->name;
	inspection->go_version = strdup(binary->version.text);
	if (!inspection->go_version)
		r = no_memory(err);
	if (r == 0)
		r = check_machine(binary, err);
	if (r == 0 && options->function_count)
		r = add_functions(inspection, binary, options, err);
	else if (r == 0)
		r = add_protocol(inspection, binary, &protocol_http_server, options, err);
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
