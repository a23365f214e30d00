/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "binary_cache.h"
#include "breakpoint.h"
#include "detacher.h"
#include "known_binary.h"

struct target {
	uint32_t id;
	struct process process;
	struct process_identity identity;
	struct container_id container;
	char *library; /* path of the library with the code, as the process sees it; NULL: its program has the code */
	struct known_binary *binary; /* the target is one of its users */
	struct attachment *attachment;
	uint64_t since;
	bool has_own_probes;
	bool is_withdrawn;
	bool is_watched; /* by `end` */
	uv_poll_t end;	 /* on the pidfd */
	struct detacher *detacher;
	void (*ended)(void *user, struct target *target);
	void *user;
};

static void target_free(struct target *target)
{
	process_close(&target->process);
	free(target->library);
	free(target);
}

static void target_on_handle_closed(uv_handle_t *handle)
{
	target_free(handle->data);
}

static void target_on_process_end(uv_poll_t *end, int status, int events)
{
	struct target *target = end->data;

	uv_poll_stop(end);
	target->ended(target->user, target);
}

/*
 * On overlayfs, a file that is written after it was started is copied, and its path, also /proc/PID/exe, leads to the
 * copy: probes are placed there, but the process runs the old file. If its memory can be read, this is detected.
 */
static int check_reached(const struct target *target, struct error *err)
{
	size_t count;
	const struct attach_point *points = inspection_points(target->binary->inspection, &count);
	struct file_identity file;
	int r = count ? breakpoint_stands(target->process.pid, target->library,
					  points[0].file_offset) :
			1;

	if (error_is_shortage(r))
		return error_fail(err, r,
				  "it cannot be checked whether probes work in this process: %s",
				  strerror(-r));
	if (r != 0)
		return 0;
	/* The process runs another program by now. Its notification handles that. */
	if (file_identity_read(process_exe_path(target->process.pid).text, &file) < 0 ||
	    !file_identity_equal(&file, &target->process.file))
		return 0;
	if (target->library)
		error_fail(
			err, -ESTALE,
			"probes in %s have no effect: the file was changed after the process loaded it",
			target->library);
	else
		error_fail(
			err, -ESTALE,
			"probes in its file have no effect: the process runs an old copy of it, because the file"
			" on overlayfs was changed later");
	error_hint(err, "restart the process");
	return -ESTALE;
}

static int attach_own(struct target *target, const struct target_options *options,
		      struct error *err)
{
	size_t count;
	const struct attach_point *points = inspection_points(target->binary->inspection, &count);
	struct pinned_file_path path = pinned_file_path(&target->binary->file);
	/* Not what the process runs by now: the points are of the file that was inspected. */
	int r = kernel_attach(options->kernel, path.text, target->process.pid, target->id, points,
			      count, &target->attachment, err);

	target->has_own_probes = true;
	target->since = record_clock_now(options->clock);
	return r;
}

/*
 * The process runs another program since it was inspected: the notification of that is still in the ring and will be
 * handled. If it was a target before, it is one until then, because there may be records of it.
 */
static int keep_former(const struct target *target, const struct target_options *options,
		       struct error *err)
{
	if (kernel_traces(options->kernel, target->process.pid))
		return error_fail(err, -ESRCH, "the process has ended");
	return 0;
}

/*
 * The kernel shows the new program of a process a moment before it reports exec, which removes what was entered since.
 * A process that has ended becomes a target, too, because its last records may belong to it.
 */
static int renew(const struct target *target, const struct target_options *options,
		 struct error *err)
{
	int r;

	if (kernel_traces(options->kernel, target->process.pid) ||
	    process_program(&target->process) != PROCESS_RUNS_SAME)
		return 0;
	r = attachment_renew(target->attachment);
	return r < 0 ? error_fail(err, r, "it cannot be added to the traced processes: %s",
				  strerror(-r)) :
		       0;
}

static int target_attach_probes(struct target *target, const struct target_options *options,
				struct error *err)
{
	struct error why = { 0 };
	int r;

	if (target->binary->probes)
		r = kernel_adopt(options->kernel, target->process.pid, target->id,
				 &target->attachment, &why);
	else
		r = attach_own(target, options, &why);
	if (r == -ESRCH)
		return error_fail(err, -ESRCH, "the process has ended");
	if (r == 0 && process_program(&target->process) == PROCESS_RUNS_OTHER)
		return keep_former(target, options, err);
	if (r == 0)
		r = check_reached(target, &why);
	if (r == 0)
		r = renew(target, options, &why);
	return r < 0 ? error_adopt(err, &why) : 0;
}

static int name_library(struct target *target, const struct known_binary *binary)
{
	if (!inspection_is_library(binary->inspection))
		return 0;
	target->library = strdup(known_binary_name(binary));
	return target->library ? 0 : -ENOMEM;
}

static struct target *target_allocate(const struct target_options *options,
				      const struct process *process, struct error *err)
{
	struct target *target = calloc(1, sizeof(*target));
	const struct inspection *inspection = options->binary->inspection;

	if (!target || name_library(target, options->binary) < 0) {
		binary_cache_release(options->binary);
		free(target);
		error_fail(err, -ENOMEM, "out of memory");
		return NULL;
	}
	target->id = options->id;
	target->process = *process;
	target->binary = options->binary;
	target->detacher = options->detacher;
	target->ended = options->ended;
	target->user = options->user;
	target->identity = (struct process_identity){
		.pid = process->pid,
		.exe = target->process.exe,
		.library = target->library,
		.go_version = inspection_go_version(inspection),
		.convention = inspection_convention(inspection),
	};
	target->identity.unseen = inspection_unseen(inspection, &target->identity.unseen_count);
	memcpy(target->identity.comm, process->comm, sizeof(process->comm));
	return target;
}

static int find_container(struct target *target, struct error *err)
{
	int r = process_container(target->process.pid, &target->container, err);

	if (r > 0)
		target->identity.container = target->container.text;
	return r < 0 ? r : 0;
}

int target_attach(const struct target_options *options, struct process *process,
		  struct target **ret_target, struct error *err)
{
	struct target *target = target_allocate(options, process, err);
	int r;

	if (!target) {
		process_close(process);
		return -ENOMEM;
	}
	r = find_container(target, err);
	if (r == 0)
		r = target_attach_probes(target, options, err);
	if (r < 0) {
		target_close(target);
		return r;
	}
	r = uv_poll_init(options->loop, &target->end, process->descriptor);
	if (r < 0) {
		target_close(target);
		return error_fail(err, r, "its end cannot be monitored: %s", strerror(-r));
	}
	target->is_watched = true;
	target->end.data = target;
	uv_poll_start(&target->end, UV_READABLE, target_on_process_end);
	*ret_target = target;
	return 0;
}

int target_create_ended(const struct target_options *options, const struct process *process,
			struct target **ret_target, struct error *err)
{
	struct target *target = target_allocate(options, process, err);

	if (!target)
		return -ENOMEM;
	/* Its end is not awaited, and /proc usually does not have the process any more. */
	find_container(target, NULL);
	target->process.descriptor = -1;
	*ret_target = target;
	return 0;
}

bool target_withdraw(struct target *target)
{
	if (target->is_withdrawn)
		return false;
	target->is_withdrawn = true;
	attachment_withdraw(target->attachment);
	return true;
}

bool target_is_withdrawn(const struct target *target)
{
	return target->is_withdrawn;
}

void target_detach_all(struct target *const *targets, size_t count)
{
	struct attachment **attachments = calloc(count + 1, sizeof(struct attachment *));

	for (size_t i = 0; attachments && i < count; i++) {
		attachments[i] = targets[i]->attachment;
		targets[i]->attachment = NULL;
	}
	if (attachments)
		attachments_detach(attachments, count);
	free(attachments);
}

void target_close(struct target *target)
{
	detacher_add(target->detacher, target->attachment, target->binary);
	if (target->is_watched)
		uv_close((uv_handle_t *)&target->end, target_on_handle_closed);
	else
		target_free(target);
}

void target_demand_probes(const struct target *target)
{
	target->binary->is_demanding |= inspection_has_demand(target->binary->inspection);
}

int target_attach_more(struct target *target, struct kernel *kernel,
		       const struct attach_point *points, size_t count, struct error *err)
{
	struct pinned_file_path path = pinned_file_path(&target->binary->file);

	if (!target->has_own_probes || !target->attachment || target->is_withdrawn)
		return 0;
	return kernel_attach_more(kernel, path.text, target->process.pid, target->id, points, count,
				  &target->attachment, err);
}

uint32_t target_id(const struct target *target)
{
	return target->id;
}

uint64_t target_since(const struct target *target)
{
	return target->since;
}

const struct process_identity *target_identity(const struct target *target)
{
	return &target->identity;
}

size_t target_probes(const struct target *target)
{
	size_t count = 0;

	if (target->has_own_probes)
		inspection_points(target->binary->inspection, &count);
	return count;
}

struct known_binary *target_binary(const struct target *target)
{
	return target->binary;
}

const struct inspection *target_inspection(const struct target *target)
{
	return target->binary->inspection;
}
