/* SPDX-License-Identifier: MIT */
#include "kernel_features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privilege.h"
#include "text_file.h"

enum {
	NO_COMMAND = 0x7fffffff,
	LOG_SIZE = 4096,
};

/* BPF_TRACE_UPROBE_MULTI of Linux 6.6; the headers of the build may be older. */
static const enum bpf_attach_type trace_uprobe_multi = (enum bpf_attach_type)48;

/* Instructions of eBPF. No public header has these macros (linux/filter.h is the kernel's own). */
#define MOVE(to, value)                                                              \
	{                                                                            \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (to), .imm = (value) \
	}
#define CALL(helper)                                        \
	{                                                   \
		.code = BPF_JMP | BPF_CALL, .imm = (helper) \
	}
#define EXIT                               \
	{                                  \
		.code = BPF_JMP | BPF_EXIT \
	}

/*
 * libbpf writes messages to standard error by default, and its callback has no user pointer. Our own errors contain
 * what matters (obstacle.h), and the verifier's log is read separately (verifier_log.h).
 */
static int be_silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static enum answer answer(bool yes)
{
	return yes ? ANSWER_YES : ANSWER_NO;
}

static bool is_shortage(int code)
{
	return code == EMFILE || code == ENFILE || code == ENOMEM;
}

static bool is_refusal(int code)
{
	return code == EPERM || code == EACCES || code == ENOSYS;
}

/* Returns a descriptor or a negative errno. */
static int feature_load_program(enum bpf_prog_type type, const struct bpf_insn *instructions,
				size_t count, struct bpf_prog_load_opts *options)
{
	int fd = bpf_prog_load(type, "probe", "Dual MIT/GPL", instructions, count, options);

	return fd < 0 ? -errno : fd;
}

static const struct bpf_insn do_nothing[] = { MOVE(BPF_REG_0, 0), EXIT };
enum { NOTHING_COUNT = sizeof(do_nothing) / sizeof(do_nothing[0]) };

/* Loads a program of the type for uprobes, as nearly all here are. */
static int load_nothing(struct bpf_prog_load_opts *options)
{
	return feature_load_program(BPF_PROG_TYPE_KPROBE, do_nothing, NOTHING_COUNT, options);
}

/* Only one error means that the kernel cannot do it. Others mean that it failed this time, or is not permitted. */
static enum answer settle_code(int code)
{
	return code == EINVAL || code == EOPNOTSUPP ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* Returns whether loading succeeded. */
static enum answer settle(int fd)
{
	if (fd < 0)
		return settle_code(-fd);
	close(fd);
	return ANSWER_YES;
}

static enum answer probe_programs(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options);

	return settle(load_nothing(&options));
}

/* Checks the size of the compiled program. Only a program that was compiled has one. */
static enum answer probe_jit(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options);
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = load_nothing(&options), r;

	if (fd < 0)
		return ANSWER_UNKNOWN;
	r = bpf_prog_get_info_by_fd(fd, &info, &size);
	close(fd);
	return r < 0 ? ANSWER_UNKNOWN : answer(info.jited_prog_len > 0);
}

/* Returns whether the verifier does not know a helper, or does not allow it for this type of program. */
static bool is_without_helper(const char *log)
{
	return strstr(log, "unknown func ") || strstr(log, "invalid func ") ||
	       strstr(log, "cannot use helper ");
}

/* A call with wrong arguments is also refused, but for that reason. */
static enum answer probe_helper(enum bpf_prog_type type, enum bpf_func_id helper)
{
	const struct bpf_insn program[] = { CALL((int)helper), MOVE(BPF_REG_0, 0), EXIT };
	char log[LOG_SIZE] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, options, .log_buf = log, .log_size = sizeof(log),
		    .log_level = 1);
	int fd =
		feature_load_program(type, program, sizeof(program) / sizeof(program[0]), &options);

	if (fd >= 0)
		return settle(fd);
	return *log ? answer(!is_without_helper(log)) : ANSWER_UNKNOWN;
}

/* if (stack[-8] == r0) stack[-8] = r1; */
static enum answer probe_exchange(void)
{
	static const struct bpf_insn program[] = {
		MOVE(BPF_REG_0, 0),
		MOVE(BPF_REG_1, 1),
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = -8 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW,
		  .dst_reg = BPF_REG_10,
		  .src_reg = BPF_REG_1,
		  .off = -8,
		  .imm = BPF_CMPXCHG },
		MOVE(BPF_REG_0, 0),
		EXIT,
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options);

	return settle(feature_load_program(BPF_PROG_TYPE_KPROBE, program,
					   sizeof(program) / sizeof(program[0]), &options));
}

static enum answer probe_sleepable(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_SLEEPABLE);

	return settle(load_nothing(&options));
}

/*
 * A kernel without uprobe_multi accepts the program but not the link. If the path is not a regular file, the error is
 * -EBADF if the kernel knows such links, and -EINVAL if it does not.
 */
static enum answer probe_multi_links(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = trace_uprobe_multi);
	unsigned long offset = 0;
	LIBBPF_OPTS(bpf_link_create_opts, link_options, .uprobe_multi.path = "/",
		    .uprobe_multi.offsets = &offset, .uprobe_multi.cnt = 1);
	int fd = load_nothing(&options), link;

	if (fd < 0)
		return settle(fd);
	link = bpf_link_create(fd, -1, trace_uprobe_multi, &link_options);
	close(fd);
	if (link == -EBADF)
		return ANSWER_YES;
	if (link >= 0)
		close(link);
	return settle_code(-link);
}

static enum answer probe_types(void)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf)
		return is_shortage(errno) ? ANSWER_UNKNOWN : ANSWER_NO;
	btf__free(btf);
	return ANSWER_YES;
}

static void probe_programs_all(struct kernel_features *features)
{
	features->programs = probe_programs();
	if (features->programs != ANSWER_YES)
		return;
	features->jit = probe_jit();
	features->read_kernel = probe_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_probe_read_kernel);
	features->cookies = probe_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_get_attach_cookie);
	features->loops = probe_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_loop);
	/* Both were added in one release; libbpf, too, derives the one from the other. */
	features->memory_group =
		probe_helper(BPF_PROG_TYPE_SOCKET_FILTER, BPF_FUNC_ktime_get_coarse_ns);
	features->exchange = probe_exchange();
	features->sleepable = probe_sleepable();
	features->multi_links = probe_multi_links();
}

/* ---- uprobes as perf events ---- */

static int errno_of(long result)
{
	return result < 0 ? errno : 0;
}

/* Finds the type number for perf_event_open(2). */
static enum answer find_event_type(const struct kernel_facts *facts, unsigned int *ret_type)
{
	char text[16];
	int r = text_file_read("/sys/bus/event_source/devices/uprobe/type", text, sizeof(text));

	if (r < 0)
		return facts->has_sysfs && r == -ENOENT ? ANSWER_NO : ANSWER_UNKNOWN;
	*ret_type = (unsigned int)strtoul(text, NULL, 10);
	return ANSWER_YES;
}

/* Tries to open an event on a path that cannot exist: the kernel checks rights before it looks for the file. */
static int try_event(unsigned int type)
{
	struct perf_event_attr attributes = {
		.type = type,
		.size = sizeof(attributes),
		.uprobe_path = (uint64_t)(uintptr_t) "/dev/null/nothing",
	};
	int fd = (int)syscall(SYS_perf_event_open, &attributes, getpid(), -1, -1,
			      PERF_FLAG_FD_CLOEXEC);
	int code = errno_of(fd);

	if (fd >= 0)
		close(fd);
	return code;
}

static enum answer settle_need(int code)
{
	if (code == EACCES)
		return ANSWER_YES;
	return is_refusal(code) ? ANSWER_UNKNOWN : ANSWER_NO;
}

/*
 * Since Linux 6.16, ba677dbe77af ("perf: Revert to requiring CAP_SYS_ADMIN for uprobes"), and since the stable
 * releases with this commit (CVE-2025-38466), CAP_PERFMON is not sufficient. A process with CAP_SYS_ADMIN tests this
 * by an attempt without it.
 */
static enum answer find_admin_need(const struct kernel_facts *facts, unsigned int type, int code)
{
	if (facts->in_user_namespace || !privilege_has(facts->capabilities, PRIVILEGE_TRACE))
		return ANSWER_UNKNOWN;
	if (!privilege_has(facts->capabilities, PRIVILEGE_PERF_EVENTS))
		return settle_need(code);
	if (is_refusal(code) || !privilege_suspend_admin())
		return ANSWER_UNKNOWN;
	code = try_event(type);
	privilege_resume_admin();
	return settle_need(code);
}

static void probe_perf_events(const struct kernel_facts *facts, struct kernel_features *features)
{
	unsigned int type = 0;

	features->perf_call = errno_of(syscall(SYS_perf_event_open, NULL, 0, -1, -1, ~0ul));
	features->perf_events = find_event_type(facts, &type);
	if (features->perf_events != ANSWER_YES)
		return;
	features->perf_open = try_event(type);
	features->perf_needs_admin = find_admin_need(facts, type, features->perf_open);
}

void kernel_features_probe(const struct kernel_facts *facts, struct kernel_features *ret_features)
{
	struct kernel_features features = { 0 };

	libbpf_set_print(be_silent);
	features.bpf_call = errno_of(syscall(SYS_bpf, NO_COMMAND, NULL, 0));
	if (!is_refusal(features.bpf_call))
		probe_programs_all(&features);
	features.types = probe_types();
	probe_perf_events(facts, &features);
	*ret_features = features;
}
