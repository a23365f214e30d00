/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract.h"
#include "gohttpsnoop.skel.h"
#include "kernel_type.h"
#include "privilege.h"

enum {
	MAX_LONG_PLANS = 256, /* each ten times the size */
	/* Strings of one record: room for this many of the longest. */
	PAYLOAD_STRINGS = 7,
	/* The part of a plan that the program for short ones looks at. */
	PLAN_SHORT_SIZE = offsetof(struct plan, operations) +
			  PLAN_SHORT_OPERATIONS * sizeof(struct plan_operation),
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

static struct bpf_program *program_of(const struct gohttpsnoop_bpf *skeleton, bool long_plans,
				      enum kernel_attachment attachment)
{
	switch (attachment) {
	case KERNEL_ATTACHMENT_MULTI:
		return long_plans ? skeleton->progs.hit_long_multi_sleepable
				  : skeleton->progs.hit_multi_sleepable;
	case KERNEL_ATTACHMENT_SINGLE_SLEEPABLE:
		return long_plans ? skeleton->progs.hit_long_single_sleepable
				  : skeleton->progs.hit_single_sleepable;
	default:
		return long_plans ? skeleton->progs.hit_long_single : skeleton->progs.hit_single;
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

static int configure(struct gohttpsnoop_bpf *skeleton, const struct kernel_options *options,
		     enum kernel_attachment attachment)
{
	uint32_t payload = PAYLOAD_STRINGS * options->max_string;
	uint32_t fixed = bpf_map__value_size(skeleton->maps.scratches) - skeleton->rodata->payload_size;
	int r;

	skeleton->rodata->payload_size = payload;
	skeleton->rodata->pid_namespace = read_pid_namespace();
	skeleton->rodata->may_sleep = attachment != KERNEL_ATTACHMENT_SINGLE;
	skeleton->rodata->watch_all = options->watch_all;
	skeleton->rodata->port_count = options->port_count;
	for (size_t i = 0; i < options->port_count; i++)
		skeleton->rodata->ports[i] = options->ports[i];
	r = bpf_map__set_value_size(skeleton->maps.scratches, fixed + payload);
	if (r == 0)
		r = bpf_map__set_max_entries(skeleton->maps.scratches,
					     SCRATCH_SPARE_SLOTS +
						     SCRATCH_SLOTS * libbpf_num_possible_cpus());
	if (r == 0)
		r = bpf_map__set_max_entries(skeleton->maps.plans,
					     options->long_plans ? MAX_LONG_PLANS : KERNEL_MAX_PLANS);
	if (r == 0 && !options->long_plans)
		r = bpf_map__set_value_size(skeleton->maps.plans, PLAN_SHORT_SIZE);
	if (r == 0)
		r = bpf_map__set_max_entries(skeleton->maps.ring, options->ring_size);
	/* Kernels without uprobe_multi do not like to allocate in a probe. */
	if (r == 0 && attachment != KERNEL_ATTACHMENT_MULTI)
		r = bpf_map__set_map_flags(skeleton->maps.traced, 0);
	return r;
}

static void choose_programs(const struct gohttpsnoop_bpf *skeleton,
			    const struct kernel_options *options, enum kernel_attachment attachment)
{
	const struct bpf_program *for_short = program_of(skeleton, false, attachment);
	const struct bpf_program *for_long = program_of(skeleton, true, attachment);
	struct bpf_program *program;

	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program,
					  program == for_short ||
						  (program == for_long && options->long_plans) ||
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
	r = configure(skeleton, options, attachment);
	if (r == 0) {
		choose_programs(skeleton, options, attachment);
		r = gohttpsnoop_bpf__load(skeleton);
	}
	program = program_of(skeleton, false, attachment);
	if (r == 0 && attachment == KERNEL_ATTACHMENT_MULTI && !has_multi_links(program))
		r = -EOPNOTSUPP;
	if (r < 0) {
		gohttpsnoop_bpf__destroy(skeleton);
		return r;
	}
	kernel->skeleton = skeleton;
	kernel->traced = bpf_map__fd(skeleton->maps.traced);
	kernel->newcomers = bpf_map__fd(skeleton->maps.newcomers);
	kernel->listeners = bpf_map__fd(skeleton->maps.listeners);
	kernel->short_program = program;
	kernel->long_program = options->long_plans ? program_of(skeleton, true, attachment) : NULL;
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

/* -EACCES is what the kernel's verifier answers, too, to what it does not understand. */
static int fail_load(const struct kernel_options *options, int r, struct error *err)
{
	if (r == -EPERM || (r == -EACCES && !privilege_is_held(PRIVILEGE_TRACE)))
		return privilege_fail(err, r, PRIVILEGE_TRACE, "eBPF programs cannot be loaded");
	error_fail(err, r, "eBPF programs cannot be loaded: %s", strerror(-r));
	error_hint(err, "Linux %s or later with CONFIG_BPF_SYSCALL and CONFIG_UPROBES is needed",
		   options->long_plans ? "5.17 (for functions, headers and --capture)" : "5.15");
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
		return fail_load(options, r, err);
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
	__u32 limit = bpf_map__max_entries(kernel->skeleton->maps.plans);
	__u32 number = 0;

	while (number < limit && kernel->installed[number])
		number++;
	if (number == limit)
		return error_fail(err, -ENOSPC, "more than %u different probes", limit);
	if (bpf_map_update_elem(fd, &number, plan, BPF_ANY) < 0)
		return error_fail(err, -errno, "a plan cannot be installed: %s", strerror(errno));
	kernel->installed[number] = true;
	return number;
}

void kernel_uninstall(struct kernel *kernel, int plan)
{
	kernel->installed[plan] = false;
}
