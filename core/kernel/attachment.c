/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

#include "contract.h"
#include "kernel.h"
#include "kernel_type.h"
#include "process.h"

/* A link is gone when the kernel has waited for what may still run: 50 ms, a sleeping thread. */
enum { MAX_DETACHERS = 64 };

struct attachment {
	int traced;	/* the map of targets, and the process in it; */
	uint32_t pid;	/* 0: the probes of a whole file, or withdrawn */
	uint64_t entry; /* of the process in the map */
	size_t link_count;
	struct bpf_link *links[];
};

/* Where to attach; a process and its target, or neither. */
struct attach_request {
	const char *path;
	uint32_t pid, target;
};

static uint64_t cookie_of(uint32_t pid, uint32_t target, int plan)
{
	return (uint64_t)pid << COOKIE_PROCESS_SHIFT | (uint64_t)target << COOKIE_PLAN_BITS |
	       (uint64_t)plan;
}

/* `pid` 0 stands for whoever runs the file, for the kernel as for the cookie. */
static pid_t filter_of(uint32_t pid)
{
	return pid ? (pid_t)pid : -1;
}

static struct bpf_program *program_for(const struct kernel *kernel, bool is_long)
{
	return is_long ? kernel->long_program : kernel->short_program;
}

/* Those of the points whose plans are long, or those whose are not. */
static struct bpf_link *attach_multi(struct kernel *kernel, const struct attach_request *request,
				     const struct attach_point *points, size_t count, bool are_long)
{
	unsigned long *offsets = calloc(count, sizeof(*offsets));
	__u64 *cookies = calloc(count, sizeof(*cookies));
	LIBBPF_OPTS(bpf_uprobe_multi_opts, options, .offsets = offsets, .cookies = cookies);
	struct bpf_link *link = NULL;

	for (size_t i = 0; offsets && cookies && i < count; i++) {
		if (points[i].is_long != are_long)
			continue;
		offsets[options.cnt] = points[i].file_offset;
		cookies[options.cnt++] = cookie_of(request->pid, request->target, points[i].plan);
	}
	if (offsets && cookies)
		link = bpf_program__attach_uprobe_multi(program_for(kernel, are_long),
							filter_of(request->pid), request->path,
							NULL, &options);
	free(offsets);
	free(cookies);
	return link;
}

static struct bpf_link *attach_single(struct kernel *kernel, const struct attach_request *request,
				      const struct attach_point *point)
{
	LIBBPF_OPTS(bpf_uprobe_opts, options,
		    .bpf_cookie = cookie_of(request->pid, request->target, point->plan));

	return bpf_program__attach_uprobe_opts(program_for(kernel, point->is_long),
					       filter_of(request->pid), request->path,
					       point->file_offset, &options);
}

static int fail_attach(struct kernel *kernel, struct error *err, int code)
{
	struct kernel_attempt attempt = {
		.stage = KERNEL_ATTACH,
		.attachment = kernel->attachment,
		.code = code,
		.verdict = "",
	};

	return kernel_fail(kernel, &attempt, err);
}

static struct attachment *create_attachment(const struct kernel *kernel, uint32_t pid, size_t links)
{
	struct attachment *attachment =
		calloc(1, sizeof(*attachment) + links * sizeof(attachment->links[0]));

	if (!attachment)
		return NULL;
	attachment->traced = kernel->traced;
	attachment->pid = pid;
	return attachment;
}

int attachment_renew(const struct attachment *attachment)
{
	return bpf_map_update_elem(attachment->traced, &attachment->pid, &attachment->entry,
				   BPF_ANY) < 0 ?
		       -errno :
		       0;
}

static int enter(struct attachment *attachment, uint32_t target)
{
	attachment->entry = (uint64_t)attachment->pid << TRACED_PROCESS_SHIFT | target;
	return attachment_renew(attachment);
}

static bool has_points(const struct attach_point *points, size_t count, bool are_long)
{
	for (size_t i = 0; i < count; i++) {
		if (points[i].is_long == are_long)
			return true;
	}
	return false;
}

static int add_link(struct attachment *attachment, struct bpf_link *link)
{
	if (!link)
		return -errno;
	attachment->links[attachment->link_count++] = link;
	return 0;
}

/* At most as many links as there are points. */
static int attach_links(struct kernel *kernel, const struct attach_request *request,
			const struct attach_point *points, size_t count,
			struct attachment *attachment)
{
	bool multi = kernel->attachment == KERNEL_ATTACHMENT_MULTI;
	int r = 0;

	for (size_t i = 0; r == 0 && !multi && i < count; i++)
		r = add_link(attachment, attach_single(kernel, request, &points[i]));
	for (int are_long = 0; r == 0 && multi && are_long < 2; are_long++) {
		if (has_points(points, count, are_long))
			r = add_link(attachment,
				     attach_multi(kernel, request, points, count, are_long));
	}
	return r;
}

static int attachment_attach_points(struct kernel *kernel, const struct attach_request *request,
				    const struct attach_point *points, size_t count,
				    struct attachment **ret_attachment, struct error *err)
{
	struct attachment *attachment = create_attachment(kernel, request->pid, count);
	int r;

	if (!attachment)
		return error_fail(err, -ENOMEM, "out of memory");
	r = request->pid ? enter(attachment, request->target) : 0;
	if (r == 0)
		r = attach_links(kernel, request, points, count, attachment);
	if (r < 0) {
		attachment_detach(attachment);
		return fail_attach(kernel, err, r);
	}
	*ret_attachment = attachment;
	return 0;
}

int kernel_attach(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		  const struct attach_point *points, size_t count,
		  struct attachment **ret_attachment, struct error *err)
{
	struct process_exe_path exe = process_exe_path(pid);
	struct attach_request request = { .path = path ? path : exe.text,
					  .pid = pid,
					  .target = target };

	return attachment_attach_points(kernel, &request, points, count, ret_attachment, err);
}

int kernel_attach_file(struct kernel *kernel, const char *path, const struct attach_point *points,
		       size_t count, struct attachment **ret_attachment, struct error *err)
{
	struct attach_request request = { .path = path };

	return attachment_attach_points(kernel, &request, points, count, ret_attachment, err);
}

int kernel_attach_more(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		       const struct attach_point *points, size_t count,
		       struct attachment **attachment, struct error *err)
{
	struct process_exe_path exe = process_exe_path(pid);
	struct attach_request request = { .path = path ? path : exe.text,
					  .pid = pid,
					  .target = target };
	size_t links = (*attachment)->link_count + count;
	struct attachment *longer =
		realloc(*attachment, sizeof(*longer) + links * sizeof(longer->links[0]));
	int r;

	if (!longer)
		return error_fail(err, -ENOMEM, "out of memory");
	*attachment = longer;
	r = attach_links(kernel, &request, points, count, longer);
	return r < 0 ? fail_attach(kernel, err, r) : 0;
}

int kernel_adopt(struct kernel *kernel, uint32_t pid, uint32_t target,
		 struct attachment **ret_attachment, struct error *err)
{
	struct attachment *attachment = create_attachment(kernel, pid, 0);
	int r = attachment ? enter(attachment, target | TRACED_BY_FILE) : -ENOMEM;

	if (r < 0) {
		attachment_detach(attachment);
		return error_fail(err, r, "it cannot be added to the traced processes: %s",
				  strerror(-r));
	}
	*ret_attachment = attachment;
	return 0;
}

bool kernel_traces(const struct kernel *kernel, uint32_t pid)
{
	uint64_t entry;

	return bpf_map_lookup_elem(kernel->traced, &pid, &entry) == 0;
}

static uint64_t time_in(int map, uint32_t pid)
{
	uint64_t time;

	return bpf_map_lookup_elem(map, &pid, &time) == 0 ? time : 0;
}

struct beginnings kernel_beginnings(const struct kernel *kernel, uint32_t pid)
{
	return (struct beginnings){
		.program = time_in(kernel->newcomers, pid),
		.listen = time_in(kernel->listeners, pid),
	};
}

void kernel_dismiss(struct kernel *kernel, uint32_t pid, const struct beginnings *beginnings)
{
	if (beginnings->program)
		bpf_map_update_elem(kernel->dismissed_newcomers, &pid, &beginnings->program,
				    BPF_ANY);
	if (beginnings->listen)
		bpf_map_update_elem(kernel->dismissed_listeners, &pid, &beginnings->listen,
				    BPF_ANY);
}

void attachment_withdraw(struct attachment *attachment)
{
	if (!attachment || !attachment->pid)
		return;
	bpf_map_delete_elem(attachment->traced, &attachment->pid);
	attachment->pid = 0;
}

void attachment_detach(struct attachment *attachment)
{
	if (!attachment)
		return;
	attachment_withdraw(attachment);
	for (size_t i = 0; i < attachment->link_count; i++)
		bpf_link__destroy(attachment->links[i]);
	free(attachment);
}

/* Every step-th attachment from the first on. */
struct detacher {
	struct attachment **attachments;
	size_t count, step;
	pthread_t thread;
	bool runs;
};

static void *detach_some(void *user)
{
	const struct detacher *detacher = user;

	for (size_t i = 0; i < detacher->count; i += detacher->step)
		attachment_detach(detacher->attachments[i]);
	return NULL;
}

void attachments_detach(struct attachment **attachments, size_t count)
{
	struct detacher detachers[MAX_DETACHERS] = { 0 };
	size_t threads = count < MAX_DETACHERS ? count : MAX_DETACHERS;

	for (size_t i = 0; i < threads; i++) {
		detachers[i] = (struct detacher){ attachments + i, count - i, threads };
		detachers[i].runs =
			pthread_create(&detachers[i].thread, NULL, detach_some, &detachers[i]) == 0;
	}
	for (size_t i = 0; i < threads; i++) {
		if (detachers[i].runs)
			pthread_join(detachers[i].thread, NULL);
		else
			detach_some(&detachers[i]);
	}
}
