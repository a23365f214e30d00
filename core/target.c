/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "breakpoint.h"

struct target {
	uint32_t id;
	struct process process;
	struct process_identity identity;
	struct container_id container;
	struct inspection *inspection;
	struct attachment *attachment;
	uv_poll_t end; /* on the pidfd */
	void (*ended)(void *user, struct target *target);
	void *user;
};

static void destroy(struct target *target)
{
	attachment_detach(target->attachment);
	inspection_release(target->inspection);
	process_close(&target->process);
	free(target);
}

static void on_closed(uv_handle_t *handle)
{
	destroy(handle->data);
}

static void on_end(uv_poll_t *end, int status, int events)
{
	struct target *target = end->data;

	uv_poll_stop(end);
	target->ended(target->user, target);
}

/*
 * On overlayfs a file that is written to after it was started is copied, and its path, /proc/PID/exe
 * included, leads to the copy: probes are placed there, and the process runs the old one. Where its memory
 * may be read, one look tells.
 */
static int attach_check(const struct target *target, uint64_t file_offset, struct error *err)
{
	struct file_identity file;

	if (breakpoint_stands(target->process.pid, file_offset) != 0)
		return 0;
	/* It has become another program meanwhile: that is told elsewhere. */
	if (file_identity_read(process_exe_path(target->process.pid).text, &file) < 0 ||
	    !file_identity_equal(&file, &target->process.file))
		return 0;
	error_fail(err, -ENOTSUP,
		   "probes in its file do not reach it: it runs from a copy, as a file on overlayfs"
		   " that was changed since");
	error_hint(err, "restart it");
	return -ENOTSUP;
}

static int attach(struct target *target, struct kernel *kernel, struct error *err)
{
	size_t count;
	const struct attach_point *points = inspection_points(target->inspection, &count);
	int r;

	r = kernel_attach(kernel, target->process.pid, target->id, points, count,
			  &target->attachment, err);
	if (r == -ESRCH)
		return error_fail(err, r, "the process has ended");
	if (r < 0)
		return r;
	return count ? attach_check(target, points[0].file_offset, err) : 0;
}

int target_attach(void *loop, struct kernel *kernel, uint32_t id, struct process *process,
		  struct inspection *inspection, void (*ended)(void *user, struct target *target),
		  void *user, struct target **ret_target, struct error *err)
{
	struct target *target = calloc(1, sizeof(*target));
	int r;

	if (!target) {
		process_close(process);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	target->id = id;
	target->process = *process;
	target->inspection = inspection_reference(inspection);
	target->ended = ended;
	target->user = user;
	target->identity = (struct process_identity){
		.pid = process->pid,
		.exe = target->process.exe,
		.go_version = inspection_go_version(inspection),
		.convention = inspection_convention(inspection),
	};
	memcpy(target->identity.comm, process->comm, sizeof(process->comm));
	if (process_container(process->pid, &target->container))
		target->identity.container = target->container.text;
	r = attach(target, kernel, err);
	if (r < 0) {
		destroy(target);
		return r;
	}
	r = uv_poll_init(loop, &target->end, process->descriptor);
	if (r < 0) {
		destroy(target);
		return error_fail(err, r, "its end cannot be watched for: %s", strerror(-r));
	}
	target->end.data = target;
	uv_poll_start(&target->end, UV_READABLE, on_end);
	*ret_target = target;
	return 0;
}

void target_detach(struct target *target)
{
	attachment_detach(target->attachment);
	target->attachment = NULL;
}

void targets_detach(struct target *const *targets, size_t count)
{
	struct attachment **attachments = calloc(count, sizeof(struct attachment *));

	for (size_t i = 0; i < count; i++) {
		if (!attachments) {
			target_detach(targets[i]);
			continue;
		}
		attachments[i] = targets[i]->attachment;
		targets[i]->attachment = NULL;
	}
	if (attachments)
		attachments_detach(attachments, count);
	free(attachments);
}

void target_close(struct target *target)
{
	target_detach(target);
	uv_close((uv_handle_t *)&target->end, on_closed);
}

uint32_t target_id(const struct target *target)
{
	return target->id;
}

const struct process_identity *target_identity(const struct target *target)
{
	return &target->identity;
}

const struct file_identity *target_file(const struct target *target)
{
	return &target->process.file;
}

const struct inspection *target_inspection(const struct target *target)
{
	return target->inspection;
}

struct inspection *target_share_inspection(const struct target *target)
{
	return inspection_reference(target->inspection);
}
