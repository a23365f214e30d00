/* SPDX-License-Identifier: MIT */
/* Replaces kernel.c, attachment.c and ring.c of core/kernel. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes.h"
#include "kernel.h"
#include "machine.h"
#include "ring.h"

/* Ignored by all functions: they use `machine`. */
struct kernel {
	int unused;
};

struct attachment {
	struct attachment *next;
	uint32_t pid;	   /* has this entry in `traced`; 0: none, or withdrawn */
	uint32_t only_pid; /* only its hits count; 0: those of all processes that run the file */
	uint32_t target;
	uint64_t entry;
	size_t file;
	size_t count;
	struct attach_point points[4];
};

static struct kernel the_kernel;

struct kernel *kernel_fake(void)
{
	return &the_kernel;
}

uint64_t kernel_lost(const struct kernel *kernel, enum plan_role role)
{
	return machine.lost[role];
}

uint64_t kernel_filtered(const struct kernel *kernel)
{
	return 0;
}

uint64_t kernel_lost_processes(const struct kernel *kernel)
{
	return machine.lost_processes;
}

int kernel_install(struct kernel *kernel, const struct plan *plan, struct error *err)
{
	int r = machine_fails("install");

	if (r < 0)
		return error_fail(err, r, "a plan cannot be installed");
	for (int i = 0; i < MACHINE_PLANS; i++) {
		if (machine.plan_used[i])
			continue;
		machine.plan_used[i] = true;
		machine.plan_roles[i] = plan->role;
		return i;
	}
	return error_fail(err, -ENOSPC, "too many plans");
}

void kernel_uninstall(struct kernel *kernel, int plan)
{
	machine.plan_used[plan] = false;
}

/* ---- attaching ---- */

static struct attachment *add(size_t file, uint32_t only_pid, uint32_t target,
			      const struct attach_point *points, size_t count)
{
	struct attachment *attachment = calloc(1, sizeof(*attachment));

	if (!attachment || count > sizeof(attachment->points) / sizeof(attachment->points[0]))
		abort();
	attachment->file = file;
	attachment->pid = attachment->only_pid = only_pid;
	attachment->target = target;
	attachment->count = count;
	if (count)
		memcpy(attachment->points, points, count * sizeof(*points));
	attachment->next = machine.attachments;
	machine.attachments = attachment;
	return attachment;
}

static void enter(struct attachment *attachment, uint32_t target)
{
	attachment->entry = (uint64_t)attachment->pid << TRACED_PROCESS_SHIFT | target;
	attachment_renew(attachment);
}

int kernel_attach(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		  const struct attach_point *points, size_t count,
		  struct attachment **ret_attachment, struct error *err)
{
	struct machine_process *process = machine_find_process(pid);
	int r = machine_fails("attach");

	if (r == 0 && !process)
		r = -ESRCH;
	if (r < 0)
		return error_fail(err, r, "cannot be attached to");
	*ret_attachment = add(file_of_path(path), pid, target, points, count);
	enter(*ret_attachment, target);
	return 0;
}

int kernel_attach_file(struct kernel *kernel, const char *path, const struct attach_point *points,
		       size_t count, struct attachment **ret_attachment, struct error *err)
{
	int r = machine_fails("attach_file");

	if (r < 0)
		return error_fail(err, r, "cannot be attached to");
	*ret_attachment = add(file_of_path(path), 0, 0, points, count);
	return 0;
}

int kernel_attach_more(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		       const struct attach_point *points, size_t count,
		       struct attachment **attachment, struct error *err)
{
	return 0;
}

int kernel_adopt(struct kernel *kernel, uint32_t pid, uint32_t target,
		 struct attachment **ret_attachment, struct error *err)
{
	int r = machine_fails("adopt");

	if (r < 0)
		return error_fail(err, r, "it cannot be added to the traced processes");
	*ret_attachment = add(SIZE_MAX, pid, target, NULL, 0);
	enter(*ret_attachment, target | TRACED_BY_FILE);
	machine_adopted(pid);
	return 0;
}

bool kernel_traces(const struct kernel *kernel, uint32_t pid)
{
	return machine.traced[pid];
}

struct beginnings kernel_beginnings(const struct kernel *kernel, uint32_t pid)
{
	return (struct beginnings){ machine.newcomers[pid], machine.listeners[pid] };
}

void kernel_dismiss(struct kernel *kernel, uint32_t pid, const struct beginnings *beginnings)
{
	if (beginnings->program)
		machine.dismissed_newcomers[pid] = beginnings->program;
	if (beginnings->listen)
		machine.dismissed_listeners[pid] = beginnings->listen;
}

bool kernel_fake_awaits_inspection(uint32_t pid)
{
	return machine.newcomers[pid] != machine.dismissed_newcomers[pid] ||
	       machine.listeners[pid] != machine.dismissed_listeners[pid];
}

int attachment_renew(const struct attachment *attachment)
{
	machine.traced[attachment->pid] = attachment->entry;
	return 0;
}

void attachment_withdraw(struct attachment *attachment)
{
	if (!attachment || !attachment->pid)
		return;
	machine.traced[attachment->pid] = 0;
	attachment->pid = 0;
}

void attachment_detach(struct attachment *attachment)
{
	struct attachment **link = &machine.attachments;

	if (!attachment)
		return;
	attachment_withdraw(attachment);
	while (*link != attachment)
		link = &(*link)->next;
	*link = attachment->next;
	free(attachment);
}

void attachments_detach(struct attachment **attachments, size_t count)
{
	for (size_t i = 0; i < count; i++)
		attachment_detach(attachments[i]);
}

size_t kernel_fake_attachments(bool of_files)
{
	size_t count = 0;

	for (const struct attachment *a = machine.attachments; a; a = a->next)
		count += a->count && !a->only_pid == of_files;
	return count;
}

/* ---- hits, handled like claim_hit() and complete_cookie() of bpf/process.bpf.h ---- */

static uint64_t complete_cookie(uint64_t cookie, uint32_t pid)
{
	uint64_t entry = machine.traced[pid];

	if (entry && !(entry & TRACED_BY_FILE))
		return 0;
	if (!entry && !kernel_fake_awaits_inspection(pid))
		return 0;
	return cookie | (uint64_t)pid << COOKIE_PROCESS_SHIFT |
	       (entry & TRACED_TARGET_MASK) << COOKIE_PLAN_BITS;
}

static uint64_t cookie_of(const struct attachment *attachment, uint32_t plan, uint32_t pid)
{
	if (!attachment->only_pid)
		return complete_cookie(plan, pid);
	if (attachment->only_pid != pid)
		return 0;
	return (uint64_t)pid << COOKIE_PROCESS_SHIFT |
	       (uint64_t)attachment->target << COOKIE_PLAN_BITS | plan;
}

static bool has_mapped(const struct machine_process *process, size_t file)
{
	bool found = process->file == file;

	for (size_t i = 0; i < process->library_count; i++)
		found = found || process->libraries[i] == file;
	return found;
}

uint64_t kernel_fake_cookie(const struct machine_process *process, enum plan_role role)
{
	uint64_t cookie = 0;

	for (const struct attachment *a = machine.attachments; !cookie && a; a = a->next) {
		for (size_t i = 0; !cookie && has_mapped(process, a->file) && i < a->count; i++) {
			if (machine.plan_roles[a->points[i].plan] == role)
				cookie = cookie_of(a, a->points[i].plan, process->pid);
		}
	}
	return cookie;
}

/* ---- the ring ---- */

struct ring {
	struct ring_callbacks callbacks;
};

static struct ring the_ring;

struct ring *ring_fake(const struct ring_callbacks *callbacks)
{
	the_ring.callbacks = *callbacks;
	return &the_ring;
}

bool ring_read(struct ring *ring)
{
	for (size_t i = 0; i < machine.turn; i++) {
		const struct machine_record *record = &machine.records[machine.read];

		if (machine.read == machine.written || record->is_half_written)
			return false;
		machine.read++;
		ring->callbacks.record(ring->callbacks.user,
				       (struct bytes){ record->data, record->size });
	}
	return true;
}

uint64_t ring_written(const struct ring *ring)
{
	return machine.written;
}

bool ring_has_read(const struct ring *ring, uint64_t position)
{
	return machine.read >= position;
}
