/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract.h"
#include "gohttpsnoop.skel.h"
#include "kernel_type.h"
#include "own_programs.h"
#include "verifier_log.h"

enum {
	USUAL_PLANS = 1024,
	USUAL_LONG_PLANS = 256, /* each has ten times the size of a short plan */
	/* room for this many of the longest strings in one record */
	PAYLOAD_STRINGS = 7,
	/* Kernels before 5.2 refuse more. Only written pages cost memory. */
	LOG_SIZE = (16 << 20) - 1,
};

static const char *const attachment_names[] = {
	[KERNEL_ATTACHMENT_MULTI] = "uprobe_multi",
	[KERNEL_ATTACHMENT_SINGLE_SLEEPABLE] = "perf-event uprobes",
	[KERNEL_ATTACHMENT_SINGLE] = "perf-event uprobes, not sleepable",
};

static struct bpf_program *program_of(const struct gohttpsnoop_bpf *skeleton, bool long_plans,
				      enum kernel_attachment attachment)
{
	switch (attachment) {
	case KERNEL_ATTACHMENT_MULTI:
		return long_plans ? skeleton->progs.hit_long_multi_sleepable :
				    skeleton->progs.hit_multi_sleepable;
	case KERNEL_ATTACHMENT_SINGLE_SLEEPABLE:
		return long_plans ? skeleton->progs.hit_long_single_sleepable :
				    skeleton->progs.hit_single_sleepable;
	default:
		return long_plans ? skeleton->progs.hit_long_single : skeleton->progs.hit_single;
	}
}

/*
 * Before libbpf attaches to a perf event, it tests whether the kernel has links for them, and keeps the answer. If it
 * has no free descriptor at that moment, it keeps the wrong answer "no". So the test is made here, where descriptors
 * are available. The descriptor is not a perf event, so the attempt is refused.
 */
static void settle_perf_links(const struct bpf_program *program)
{
	bpf_link__destroy(bpf_program__attach_perf_event(program, bpf_program__fd(program)));
}

/* Returns the inode of this PID namespace; 0 for the initial one (linux/proc_ns.h, PROC_PID_INIT_INO). */
static uint32_t read_pid_namespace(void)
{
	struct stat status;

	if (stat("/proc/self/ns/pid", &status) < 0 || status.st_ino == 0xeffffffc)
		return 0;
	return status.st_ino;
}

/* The room for plans, which the kernel's memory is taken for at once. */
static uint32_t plan_room(const struct kernel_options *options)
{
	uint32_t usual = options->long_plans ? USUAL_LONG_PLANS : USUAL_PLANS;

	return options->plans < PLANS_MAX - usual ? options->plans + usual : PLANS_MAX;
}

static int configure(struct gohttpsnoop_bpf *skeleton, const struct kernel_options *options,
		     enum kernel_attachment attachment)
{
	uint32_t payload = PAYLOAD_STRINGS * options->max_string;
	uint32_t fixed =
		bpf_map__value_size(skeleton->maps.scratches) - skeleton->rodata->payload_size;
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
		r = bpf_map__set_max_entries(skeleton->maps.plans, plan_room(options));
	if (r == 0 && !options->long_plans)
		r = bpf_map__set_value_size(skeleton->maps.plans, PLAN_SHORT_SIZE);
	if (r == 0)
		r = bpf_map__set_max_entries(skeleton->maps.ring, options->ring_size);
	/* Kernels without uprobe_multi should not allocate memory in a probe. */
	if (r == 0 && attachment != KERNEL_ATTACHMENT_MULTI)
		r = bpf_map__set_map_flags(skeleton->maps.traced, 0);
	return r;
}

/* The program whose copies are loaded for plans; NULL: there is none for this way to attach. */
static struct bpf_program *compiled_for(const struct gohttpsnoop_bpf *skeleton,
					enum kernel_attachment attachment)
{
	return attachment == KERNEL_ATTACHMENT_MULTI ?
		       skeleton->progs.hit_compiled_multi_sleepable :
		       NULL;
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
						  program == compiled_for(skeleton, attachment) ||
						  program == skeleton->progs.note_exec ||
						  (program == skeleton->progs.note_listen &&
						   options->port_count > 0));
}

/* Collects the verifier's log of the first refused program, because libbpf requests the log only for that one. */
static void collect_log(const struct gohttpsnoop_bpf *skeleton, char *log)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skeleton->obj) {
		if (log)
			bpf_program__set_log_buf(program, log, LOG_SIZE);
	}
}

static int kernel_load(struct kernel *kernel, const struct kernel_options *options,
		       enum kernel_attachment attachment, char *log)
{
	struct gohttpsnoop_bpf *skeleton = gohttpsnoop_bpf__open();
	int r;

	if (!skeleton)
		return -errno;
	r = configure(skeleton, options, attachment);
	if (r == 0) {
		choose_programs(skeleton, options, attachment);
		collect_log(skeleton, log);
		r = gohttpsnoop_bpf__load(skeleton);
	}
	if (r < 0) {
		gohttpsnoop_bpf__destroy(skeleton);
		return r;
	}
	if (attachment != KERNEL_ATTACHMENT_MULTI)
		settle_perf_links(program_of(skeleton, false, attachment));
	kernel->skeleton = skeleton;
	kernel->traced = bpf_map__fd(skeleton->maps.traced);
	kernel->newcomers = bpf_map__fd(skeleton->maps.newcomers);
	kernel->listeners = bpf_map__fd(skeleton->maps.listeners);
	kernel->dismissed_newcomers = bpf_map__fd(skeleton->maps.dismissed_newcomers);
	kernel->dismissed_listeners = bpf_map__fd(skeleton->maps.dismissed_listeners);
	kernel->short_program = program_of(skeleton, false, attachment);
	kernel->long_program = options->long_plans ? program_of(skeleton, true, attachment) : NULL;
	own_programs_start(&kernel->own_programs, compiled_for(skeleton, attachment),
			   bpf_map__fd(skeleton->maps.plans));
	kernel->attachment = attachment;
	return 0;
}

int kernel_fail(struct kernel *kernel, const struct kernel_attempt *attempt, struct error *err)
{
	kernel->obstacle = obstacle_of_failure(&kernel->facts, &kernel->features, attempt);
	return obstacle_fail(kernel->obstacle, &kernel->facts, &kernel->features, attempt, err);
}

/* Keeps the last lines of the verifier's log, and its verdict. */
static void keep_log(const char *log, int code, struct kernel_failure *failure, char *verdict,
		     size_t size)
{
	verifier_log_tail(log, failure->verifier, sizeof(failure->verifier));
	verifier_log_verdict(log, verdict, size);
	/* Kernels before 6.4 keep the beginning of a log that is too long, later kernels its end. */
	if (*verdict && code == -ENOSPC)
		snprintf(verdict, size, "its log has more than %d bytes", LOG_SIZE);
}

/* Loads the programs for one attachment method. Explains failures. */
static int try_load(struct kernel *kernel, const struct kernel_options *options,
		    enum kernel_attachment attachment, struct kernel_failure *ret_failure,
		    struct error *err)
{
	struct kernel_failure failure = { OBSTACLE_NONE };
	char verdict[512] = "", *log = malloc(LOG_SIZE);
	struct kernel_attempt attempt = { KERNEL_LOAD, attachment, options->long_plans, 0,
					  verdict };

	if (log)
		*log = '\0';
	attempt.code = kernel_load(kernel, options, attachment, log);
	if (attempt.code < 0 && log)
		keep_log(log, attempt.code, &failure, verdict, sizeof(verdict));
	free(log);
	if (attempt.code == 0)
		return 0;
	kernel_fail(kernel, &attempt, err);
	failure.obstacle = kernel->obstacle;
	*ret_failure = failure;
	return attempt.code;
}

/* The same, unless the kernel is known to lack this method. */
static int load_way(struct kernel *kernel, const struct kernel_options *options,
		    enum kernel_attachment attachment, struct kernel_failure *ret_failure,
		    struct error *err)
{
	const struct kernel_attempt attempt = { KERNEL_ATTACH, attachment, options->long_plans,
						-EOPNOTSUPP, "" };
	enum obstacle obstacle = obstacle_of_way(&kernel->facts, &kernel->features, attachment);

	if (obstacle == OBSTACLE_NONE)
		return try_load(kernel, options, attachment, ret_failure, err);
	*ret_failure = (struct kernel_failure){ obstacle };
	return obstacle_fail(obstacle, &kernel->facts, &kernel->features, &attempt, err);
}

/* Reports the failure of the first method that this kernel has. Methods that it lacks are not the reason. */
static int load_best(struct kernel *kernel, const struct kernel_options *options,
		     struct kernel_failure *ret_failure, struct error *err)
{
	struct kernel_failure first = { OBSTACLE_NONE };
	struct error why_first = { 0 };

	for (enum kernel_attachment attachment = KERNEL_ATTACHMENT_MULTI;
	     attachment <= KERNEL_ATTACHMENT_SINGLE; attachment++) {
		struct kernel_failure failure;
		struct error why = { 0 };
		int r = load_way(kernel, options, attachment, &failure, &why);

		if (r == 0)
			return 0;
		if (first.obstacle == OBSTACLE_NONE || obstacle_is_of_way(first.obstacle)) {
			first = failure;
			why_first = why;
		}
		if (r == -EPERM)
			break;
	}
	*ret_failure = first;
	return error_adopt(err, &why_first);
}

static int open_place(struct kernel *kernel, const struct kernel_options *options,
		      struct kernel_failure *ret_failure, struct error *err)
{
	static const struct kernel_attempt attempt = { .stage = KERNEL_LOOK,
						       .code = -ENOENT,
						       .verdict = "" };
	enum obstacle obstacle = obstacle_of_place(&kernel->facts);

	if (obstacle != OBSTACLE_NONE) {
		*ret_failure = (struct kernel_failure){ obstacle };
		return obstacle_fail(obstacle, &kernel->facts, &kernel->features, &attempt, err);
	}
	if (options->attachment != KERNEL_ATTACHMENT_BEST)
		return load_way(kernel, options, options->attachment, ret_failure, err);
	return load_best(kernel, options, ret_failure, err);
}

int kernel_open(const struct kernel_options *options, struct kernel **ret_kernel,
		struct kernel_failure *ret_failure, struct error *err)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int r;

	if (!kernel) {
		*ret_failure = (struct kernel_failure){ OBSTACLE_MEMORY };
		return error_fail(err, -ENOMEM, "out of memory");
	}
	own_programs_start(&kernel->own_programs, NULL, -1);
	kernel->facts = *options->facts;
	kernel->features = *options->features;
	r = open_place(kernel, options, ret_failure, err);
	if (r < 0) {
		kernel_close(kernel);
		return r;
	}
	*ret_kernel = kernel;
	return 0;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	own_programs_stop(&kernel->own_programs);
	bpf_link__destroy(kernel->exec_link);
	bpf_link__destroy(kernel->listen_link);
	gohttpsnoop_bpf__destroy(kernel->skeleton);
	free(kernel);
}

const char *kernel_attachment_name(const struct kernel *kernel)
{
	return attachment_names[kernel->attachment];
}

bool kernel_needs_admin(const struct kernel *kernel)
{
	return kernel->attachment != KERNEL_ATTACHMENT_MULTI &&
	       kernel->features.perf_needs_admin != ANSWER_NO;
}

bool kernel_can_sleep(const struct kernel *kernel)
{
	return kernel->attachment != KERNEL_ATTACHMENT_SINGLE;
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
	/* What the caller reads next, such as the end of the ring, must not be older. */
	return __atomic_load_n(&kernel->skeleton->bss->lost[role], __ATOMIC_ACQUIRE);
}

/* Returns how often the kernel skipped a program because another run of it had not ended on that CPU. */
static uint64_t left_out(const struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (!bpf_program__autoload(program) ||
	    bpf_prog_get_info_by_fd(bpf_program__fd(program), &info, &size) < 0)
		return 0;
	return info.recursion_misses;
}

uint64_t kernel_lost_processes(const struct kernel *kernel)
{
	return __atomic_load_n(&kernel->skeleton->bss->lost_processes, __ATOMIC_RELAXED) +
	       left_out(kernel->skeleton->progs.note_exec) +
	       left_out(kernel->skeleton->progs.note_listen);
}

uint64_t kernel_filtered(const struct kernel *kernel)
{
	return __atomic_load_n(&kernel->skeleton->bss->filtered, __ATOMIC_RELAXED);
}

enum obstacle kernel_obstacle(const struct kernel *kernel)
{
	return kernel->obstacle;
}

static int kernel_attach_watcher(struct kernel *kernel, struct bpf_program *program,
				 struct bpf_link **ret_link, struct error *err)
{
	struct kernel_attempt attempt = { .stage = KERNEL_WATCH, .verdict = "" };

	*ret_link = bpf_program__attach(program);
	if (*ret_link)
		return 0;
	attempt.code = -errno;
	return kernel_fail(kernel, &attempt, err);
}

int kernel_watch(struct kernel *kernel, struct error *err)
{
	struct gohttpsnoop_bpf *skeleton = kernel->skeleton;
	int r = kernel_attach_watcher(kernel, skeleton->progs.note_exec, &kernel->exec_link, err);

	if (r == 0 && bpf_program__autoload(skeleton->progs.note_listen))
		r = kernel_attach_watcher(kernel, skeleton->progs.note_listen, &kernel->listen_link,
					  err);
	return r;
}
