/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract.h"
#include "gohttpsnoop.skel.h"
#include "privilege.h"
#include "process.h"

enum {
	MAX_PLANS = 1024,
	/* Strings of one record: room for this many of the longest. */
	PAYLOAD_STRINGS = 7,
	/* A link is gone when the kernel has waited for what may still run: 50 ms, a sleeping thread. */
	MAX_DETACHERS = 64,
};

struct kernel {
	struct gohttpsnoop_bpf *skeleton;
	struct bpf_program *program;
	enum kernel_attachment attachment;
	bool installed[MAX_PLANS];
	struct bpf_link *exec_link, *listen_link;
};

struct attachment {
	int traced;   /* the map of targets, and the process in it; */
	uint32_t pid; /* 0: the probes of a whole file, or withdrawn */
	size_t link_count;
	struct bpf_link *links[];
};

/* Where to attach; a process and its target, or neither. */
struct attach_request {
	const char *path;
	uint32_t pid, target;
};

static const char *const attachment_names[] = {
	[KERNEL_ATTACHMENT_MULTI] = "uprobe_multi",
	[KERNEL_ATTACHMENT_SINGLE_SLEEPABLE] = "perf-event uprobes",
	[KERNEL_ATTACHMENT_SINGLE] = "perf-event uprobes, not sleepable",
};

/* libbpf explains itself on stderr unless told not to; what matters is in our own errors. */
static int be_silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static struct bpf_program *program_of(const struct gohttpsnoop_bpf *skeleton,
				      enum kernel_attachment attachment)
{
	switch (attachment) {
	case KERNEL_ATTACHMENT_MULTI:
		return skeleton->progs.hit_multi_sleepable;
	case KERNEL_ATTACHMENT_SINGLE_SLEEPABLE:
		return skeleton->progs.hit_single_sleepable;
	default:
		return skeleton->progs.hit_single;
	}
}

/*
 * A kernel without uprobe_multi takes the program but not the link. Asked to attach to what is no
 * regular file it answers -EBADF where it knows such links and -EINVAL where it does not.
 */
static bool has_multi_links(const struct bpf_program *program)
{
	unsigned long offset = 0;
	LIBBPF_OPTS(bpf_link_create_opts, options, .uprobe_multi.path = "/",
		    .uprobe_multi.offsets = &offset, .uprobe_multi.cnt = 1);
	int link = bpf_link_create(bpf_program__fd(program), -1, 
				   bpf_program__expected_attach_type(program), &options);

	if (link >= 0)
		close(link);
	return link == -EBADF;
}

/* The inode of our PID namespace; 0 for the initial one (linux/proc_ns.h, PROC_PID_INIT_INO). */
static uint32_t read_pid_namespace(void)
{
	struct stat status;

	if (stat("/proc/self/ns/pid", &status) < 0 || status.st_ino == 0xeffffffc)
		return 0;
	return status.st_ino;
}

static int configure(struct gohttpsnoop_bpf *skeleton, const struct kernel_options *options)
{
	uint32_t payload = PAYLOAD_STRINGS * options->max_string;
	uint32_t fixed = bpf_map__value_size(skeleton->maps.scratches) - skeleton->rodata->payload_size;
	int r;

	skeleton->rodata->payload_size = payload;
	skeleton->rodata->pid_namespace = read_pid_namespace();
	skeleton->rodata->watch_all = options->watch_all;
	skeleton->rodata->port_count = options->port_count;
	for (size_t i = 0; i < options->port_count; i++)
		skeleton->rodata->ports[i] = options->ports[i];
	r = bpf_map__set_value_size(skeleton->maps.scratches, fixed + payload);
	if (r == 0)
		r = bpf_map__set_max_entries(skeleton->maps.scratches,
					     SCRATCH_SLOTS * libbpf_num_possible_cpus());
	if (r == 0)
		r = bpf_map__set_max_entries(skeleton->maps.plans, MAX_PLANS);
	if (r == 0)
		r = bpf_map__set_max_entries(skeleton->maps.ring, options->ring_size);
	return r;
}

static void choose_programs(const struct gohttpsnoop_bpf *skeleton,
			    const struct kernel_options *options, enum kernel_attachment attachment)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program,
					  program == program_of(skeleton, attachment) ||
						  program == skeleton->progs.note_exec ||
						  (program == skeleton->progs.note_listen &&
						   options->port_count > 0));
}

static int load(struct kernel *kernel, const struct kernel_options *options,
		enum kernel_attachment attachment)
{
	struct gohttpsnoop_bpf *skeleton = gohttpsnoop_bpf__open();
	struct bpf_program *program;
	int r;

	if (!skeleton)
		return -errno;
	r = configure(skeleton, options);
	if (r == 0) {
		choose_programs(skeleton, options, attachment);
		r = gohttpsnoop_bpf__load(skeleton);
	}
	program = program_of(skeleton, attachment);
	if (r == 0 && attachment == KERNEL_ATTACHMENT_MULTI && !has_multi_links(program))
		r = -EOPNOTSUPP;
	if (r < 0) {
		gohttpsnoop_bpf__destroy(skeleton);
		return r;
	}
	kernel->skeleton = skeleton;
	kernel->program = program;
	kernel->attachment = attachment;
	return 0;
}

static int load_best(struct kernel *kernel, const struct kernel_options *options)
{
	int r = -EOPNOTSUPP;

	if (options->attachment != KERNEL_ATTACHMENT_BEST)
		return load(kernel, options, options->attachment);
	for (enum kernel_attachment attachment = KERNEL_ATTACHMENT_MULTI;
	     attachment <= KERNEL_ATTACHMENT_SINGLE; attachment++) {
		r = load(kernel, options, attachment);
		if (r == 0 || r == -EPERM)
			return r;
	}
	return r;
}

int kernel_open(const struct kernel_options *options, struct kernel **ret_kernel, struct error *err)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int r;

	if (!kernel)
		return error_fail(err, -ENOMEM, "out of memory");
	libbpf_set_print(be_silent);
	r = load_best(kernel, options);
	if (r < 0) {
		kernel_close(kernel);
		if (r == -EPERM || r == -EACCES)
			return privilege_fail(err, r, PRIVILEGE_TRACE, "eBPF programs cannot be loaded");
		error_hint(err, "Linux 5.15 or later with CONFIG_BPF_SYSCALL and CONFIG_UPROBES is needed");
		return error_fail(err, r, "eBPF programs cannot be loaded: %s", strerror(-r));
	}
	*ret_kernel = kernel;
	return 0;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	bpf_link__destroy(kernel->exec_link);
	bpf_link__destroy(kernel->listen_link);
	gohttpsnoop_bpf__destroy(kernel->skeleton);
	free(kernel);
}

const char *kernel_attachment_name(const struct kernel *kernel)
{
	return attachment_names[kernel->attachment];
}

bool kernel_uses_perf_events(const struct kernel *kernel)
{
	return kernel->attachment != KERNEL_ATTACHMENT_MULTI;
}

int kernel_ring(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->skeleton->maps.ring);
}

uint32_t *kernel_reader_asleep(const struct kernel *kernel)
{
	return (uint32_t *)&kernel->skeleton->bss->reader_asleep;
}

uint64_t kernel_lost(const struct kernel *kernel, enum plan_role role)
{
	return __atomic_load_n(&kernel->skeleton->bss->lost[role], __ATOMIC_RELAXED);
}

uint64_t kernel_lost_processes(const struct kernel *kernel)
{
	return __atomic_load_n(&kernel->skeleton->bss->lost_processes, __ATOMIC_RELAXED);
}

static int watch(struct bpf_program *program, struct bpf_link **ret_link, struct error *err)
{
	int code;

	*ret_link = bpf_program__attach(program);
	if (*ret_link)
		return 0;
	code = -errno;
	if (code == -EPERM || code == -EACCES)
		return privilege_fail(err, code, PRIVILEGE_TRACE,
				      "new processes cannot be watched for");
	return error_fail(err, code, "new processes cannot be watched for: %s", strerror(-code));
}

int kernel_watch(struct kernel *kernel, struct error *err)
{
	int r = watch(kernel->skeleton->progs.note_exec, &kernel->exec_link, err);

	if (r == 0 && bpf_program__autoload(kernel->skeleton->progs.note_listen))
		r = watch(kernel->skeleton->progs.note_listen, &kernel->listen_link, err);
	return r;
}

int kernel_install(struct kernel *kernel, const struct plan *plan, struct error *err)
{
	int fd = bpf_map__fd(kernel->skeleton->maps.plans);
	__u32 number = 0;

	while (number < MAX_PLANS && kernel->installed[number])
		number++;
	if (number == MAX_PLANS)
		return error_fail(err, -ENOSPC, "more than %d different probes", MAX_PLANS);
	if (bpf_map_update_elem(fd, &number, plan, BPF_ANY) < 0)
		return error_fail(err, -errno, "a plan cannot be installed: %s", strerror(errno));
	kernel->installed[number] = true;
	return number;
}

void kernel_uninstall(struct kernel *kernel, int plan)
{
	kernel->installed[plan] = false;
}

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

static struct bpf_link *attach_multi(struct kernel *kernel, const struct attach_request *request,
				     const struct attach_point *points, size_t count)
{
	unsigned long *offsets = calloc(count, sizeof(*offsets));
	__u64 *cookies = calloc(count, sizeof(*cookies));
	LIBBPF_OPTS(bpf_uprobe_multi_opts, options, .offsets = offsets, .cookies = cookies,
		    .cnt = count);
	struct bpf_link *link = NULL;

	for (size_t i = 0; offsets && cookies && i < count; i++) {
		offsets[i] = points[i].file_offset;
		cookies[i] = cookie_of(request->pid, request->target, points[i].plan);
	}
	if (offsets && cookies)
		link = bpf_program__attach_uprobe_multi(kernel->program, filter_of(request->pid),
							request->path, NULL, &options);
	free(offsets);
	free(cookies);
	return link;
}

static struct bpf_link *attach_single(struct kernel *kernel, const struct attach_request *request,
				      const struct attach_point *point)
{
	LIBBPF_OPTS(bpf_uprobe_opts, options,
		    .bpf_cookie = cookie_of(request->pid, request->target, point->plan));

	return bpf_program__attach_uprobe_opts(kernel->program, filter_of(request->pid),
					       request->path, point->file_offset, &options);
}

static int fail_attach(struct error *err, int code)
{
	if (code == -EPERM || code == -EACCES)
		return privilege_fail(err, code, PRIVILEGE_TRACE, "probes cannot be attached");
	return error_fail(err, code, "probes cannot be attached: %s", strerror(-code));
}

static struct attachment *create_attachment(const struct kernel *kernel, uint32_t pid, size_t links)
{
	struct attachment *attachment =
		calloc(1, sizeof(*attachment) + links * sizeof(attachment->links[0]));

	if (!attachment)
		return NULL;
	attachment->traced = bpf_map__fd(kernel->skeleton->maps.traced);
	attachment->pid = pid;
	return attachment;
}

static int enter(const struct attachment *attachment, uint32_t entry)
{
	return bpf_map_update_elem(attachment->traced, &attachment->pid, &entry, BPF_ANY) < 0 ? -errno
											      : 0;
}

static int attach_links(struct kernel *kernel, const struct attach_request *request,
			const struct attach_point *points, size_t count,
			struct attachment *attachment)
{
	bool multi = kernel->attachment == KERNEL_ATTACHMENT_MULTI;
	size_t link_count = multi ? 1 : count;

	while (attachment->link_count < link_count) {
		size_t i = attachment->link_count;

		attachment->links[i] = multi ? attach_multi(kernel, request, points, count)
					     : attach_single(kernel, request, &points[i]);
		if (!attachment->links[i])
			return -errno;
		attachment->link_count++;
	}
	return 0;
}

static int attach(struct kernel *kernel, const struct attach_request *request,
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
		return fail_attach(err, r);
	}
	*ret_attachment = attachment;
	return 0;
}

int kernel_attach(struct kernel *kernel, uint32_t pid, uint32_t target,
		  const struct attach_point *points, size_t count,
		  struct attachment **ret_attachment, struct error *err)
{
	struct process_exe_path path = process_exe_path(pid);
	struct attach_request request = {.path = path.text, .pid = pid, .target = target};

	return attach(kernel, &request, points, count, ret_attachment, err);
}

int kernel_attach_file(struct kernel *kernel, const char *path, const struct attach_point *points,
		       size_t count, struct attachment **ret_attachment, struct error *err)
{
	struct attach_request request = {.path = path};

	return attach(kernel, &request, points, count, ret_attachment, err);
}

int kernel_adopt(struct kernel *kernel, uint32_t pid, uint32_t target,
		 struct attachment **ret_attachment, struct error *err)
{
	struct attachment *attachment = create_attachment(kernel, pid, 0);
	int r = attachment ? enter(attachment, target | TRACED_BY_FILE) : -ENOMEM;

	if (r < 0) {
		attachment_detach(attachment);
		return error_fail(err, r, "it cannot be marked as traced: %s", strerror(-r));
	}
	*ret_attachment = attachment;
	return 0;
}

bool kernel_traces(const struct kernel *kernel, uint32_t pid)
{
	uint32_t entry;

	return bpf_map_lookup_elem(bpf_map__fd(kernel->skeleton->maps.traced), &pid, &entry) == 0;
}

void kernel_dismiss(struct kernel *kernel, uint32_t pid)
{
	bpf_map_delete_elem(bpf_map__fd(kernel->skeleton->maps.newcomers), &pid);
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
	struct detacher detachers[MAX_DETACHERS] = {0};
	size_t threads = count < MAX_DETACHERS ? count : MAX_DETACHERS;

	for (size_t i = 0; i < threads; i++) {
		detachers[i] = (struct detacher){attachments + i, count - i, threads};
		detachers[i].runs = pthread_create(&detachers[i].thread, NULL, detach_some,
						   &detachers[i]) == 0;
	}
	for (size_t i = 0; i < threads; i++) {
		if (detachers[i].runs)
			pthread_join(detachers[i].thread, NULL);
		else
			detach_some(&detachers[i]);
	}
}
