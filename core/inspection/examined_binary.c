/* SPDX-License-Identifier: MIT */
#include "examined_binary.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "protocol_registry.h"
#include "refusals.h"

/* A single reason becomes the error, several reasons are reported one by one. */
static int fail_refused(const struct refusals *refusals, const struct notifier *notifier,
			struct error *err)
{
	if (refusals->count == 0)
		return refusals_fail_none(err);
	if (refusals->count == 1)
		return error_adopt(err, &refusals->reasons[0]);
	for (size_t i = 0; i < refusals->count; i++)
		notice_error(notifier, NOTICE_ERROR, &refusals->reasons[i]);
	return error_fail(err, -ENOENT, "none of the functions can be traced");
}

static int refuse_functions(const struct probe_set *probe_set,
			    const struct inspection_options *options, struct error *err)
{
	struct refusals refusals;
	int r = refusals_create(probe_set, &refusals, err);

	if (r < 0)
		return r;
	r = fail_refused(&refusals, options->notifier, err);
	refusals_finish(&refusals);
	return r;
}

/* Returns whether calls of some function that the user named can be traced. */
static bool traces_functions(const struct probe_set *probe_set)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->result == 0 && !probe->protocol && probe->role == PLAN_ROLE_CALL)
			return true;
	}
	return false;
}

/* Compiles the probes of the requests or functions that the options name. -ENOENT if there are none. */
static int find_probes(const struct binary *binary, const struct inspection_options *options,
		       const struct learned_probes *learned, struct probe_set *probe_set,
		       struct error *err)
{
	int r = probe_set_of_spec(binary, options->spec, learned, probe_set, err);

	if (r < 0 || options->spec->function_count == 0 || traces_functions(probe_set))
		return r;
	r = refuse_functions(probe_set, options, err);
	probe_set_finish(probe_set);
	return r;
}

/* A uprobe runs on this machine's processor: a binary for another architecture can be inspected, but not traced. */
static int check_machine(const struct binary *binary, struct error *err)
{
	static const char *const names[] = {
		[MACHINE_AMD64] = "x86_64", [MACHINE_ARM64] = "aarch64"
	};
	const char *wanted = names[image_machine(binary->image)];
	struct utsname host;

	if (uname(&host) < 0 || strcmp(host.machine, wanted) == 0)
		return 0;
	return error_fail(err, -ENOEXEC, "a program for %s cannot be traced on %s", wanted,
			  host.machine);
}

int examined_binary_open(const struct inspection_file *file,
			 const struct inspection_options *options,
			 const struct learned_probes *learned, struct examined_binary *ret_examined,
			 struct error *err)
{
	struct examined_binary examined;
	int r = binary_open_from(file->path, file->origin, options->types, &examined.binary, err);

	if (r < 0)
		return r;
	types_set_declarations(examined.binary->types, options->spec->declarations);
	r = check_machine(examined.binary, err);
	if (r == 0)
		r = protocol_libraries_set(examined.binary, err);
	if (r == 0)
		r = find_probes(examined.binary, options, learned, &examined.probe_set, err);
	if (r < 0)
		binary_close(examined.binary);
	else
		*ret_examined = examined;
	return r;
}

void examined_binary_close(struct examined_binary *examined)
{
	probe_set_finish(&examined->probe_set);
	binary_close(examined->binary);
}
