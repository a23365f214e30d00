/* SPDX-License-Identifier: MIT */
/* Finds what a kernel can do. This test replaces the kernel, and libbpf's functions that call it. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>

#include <cmocka.h>

#include "kernel_features.h"
#include "text_file.h"

enum { MULTI = 48, EVENT_TYPE = 9 };

#define TRACE (1ull << CAP_BPF | 1ull << CAP_PERFMON)
#define ADMIN (1ull << CAP_SYS_ADMIN)

/* ---- the kernel ---- */

enum program { NOTHING, SLEEPABLE, MULTI_LINK, EXCHANGE, HELPER, PROGRAM_COUNT };

static struct {
	int load[PROGRAM_COUNT];	/* errno of loading such a program, or 0 */
	const char *log;		/* the verifier's log about a helper */
	uint32_t jited;			/* bytes */
	int info;			/* errno */
	int link;			/* a negative errno; 0: the link is created */
	int types;			/* errno, or 0 */
	int bpf_call, perf_call;	/* errno of calls that always fail */
	int event_type;			/* errno of reading the event's number, or 0 */
	int event, event_without_admin; /* errno of opening an event, or 0 */
	uint64_t held;			/* the effective capabilities */
	unsigned loads;
	int descriptor; /* the lowest free descriptor */
} kernel;

static int open_descriptor(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int fail_with(int code)
{
	errno = code;
	return -1;
}

static enum program kind_of(const struct bpf_insn *instructions, size_t count,
			    const struct bpf_prog_load_opts *options)
{
	if (options->prog_flags == BPF_F_SLEEPABLE)
		return SLEEPABLE;
	if ((int)options->expected_attach_type == MULTI)
		return MULTI_LINK;
	if (instructions[0].code == (BPF_JMP | BPF_CALL))
		return HELPER;
	for (size_t i = 0; i < count; i++) {
		if (instructions[i].imm == BPF_CMPXCHG)
			return EXCHANGE;
	}
	return NOTHING;
}

int bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
		  const struct bpf_insn *instructions, size_t count,
		  struct bpf_prog_load_opts *options)
{
	enum program program = kind_of(instructions, count, options);

	kernel.loads++;
	assert_true(type == BPF_PROG_TYPE_KPROBE || program == HELPER);
	assert_int_equal(instructions[count - 1].code, BPF_JMP | BPF_EXIT);
	if (kernel.load[program] == 0)
		return open_descriptor();
	if (program == HELPER)
		snprintf(options->log_buf, options->log_size, "%s", kernel.log);
	return fail_with(kernel.load[program]);
}

int bpf_prog_get_info_by_fd(int fd, struct bpf_prog_info *info, __u32 *size)
{
	info->jited_prog_len = kernel.jited;
	return kernel.info ? fail_with(kernel.info) : 0;
}

int bpf_link_create(int program, int target, enum bpf_attach_type type,
		    const struct bpf_link_create_opts *options)
{
	assert_int_equal(type, MULTI);
	assert_int_equal(options->uprobe_multi.cnt, 1);
	return kernel.link < 0 ? kernel.link : open_descriptor();
}

struct btf *btf__load_vmlinux_btf(void)
{
	errno = kernel.types;
	return kernel.types ? NULL : (struct btf *)&kernel;
}

void btf__free(struct btf *btf)
{
	assert_ptr_equal(btf, &kernel);
}

static int open_event(const struct perf_event_attr *attributes)
{
	int code = kernel.held & ADMIN ? kernel.event : kernel.event_without_admin;

	if (!attributes)
		return fail_with(kernel.perf_call);
	assert_int_equal(attributes->type, EVENT_TYPE);
	return code ? fail_with(code) : open_descriptor();
}

static int change_capabilities(struct __user_cap_data_struct *words)
{
	kernel.held = words[0].effective | (uint64_t)words[1].effective << 32;
	return 0;
}

static int show_capabilities(struct __user_cap_data_struct *words)
{
	words[0] = (struct __user_cap_data_struct){ .effective = (uint32_t)kernel.held };
	words[1] = (struct __user_cap_data_struct){ .effective = (uint32_t)(kernel.held >> 32) };
	return 0;
}

long syscall(long number, ...)
{
	void *first, *second;
	va_list arguments;

	va_start(arguments, number);
	first = number == SYS_bpf ? NULL : va_arg(arguments, void *);
	second = number == SYS_bpf ? NULL : va_arg(arguments, void *);
	va_end(arguments);
	switch (number) {
	case SYS_bpf:
		return fail_with(kernel.bpf_call);
	case SYS_perf_event_open:
		return open_event(first);
	case SYS_capget:
		return show_capabilities(second);
	case SYS_capset:
		return change_capabilities(second);
	default:
		return fail_with(ENOSYS);
	}
}

int text_file_read(const char *path, char *buffer, size_t size)
{
	assert_string_equal(path, "/sys/bus/event_source/devices/uprobe/type");
	snprintf(buffer, size, "%d\n", EVENT_TYPE);
	return -kernel.event_type;
}

/* ---- machines ---- */

static struct kernel_facts facts;

/* A kernel that can do everything, for root. */
static int set_up(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.jited = 100;
	kernel.link = -EBADF;
	kernel.bpf_call = kernel.perf_call = EINVAL;
	kernel.event = ENOTDIR;
	kernel.event_without_admin = EACCES;
	kernel.held = TRACE | ADMIN;
	facts = (struct kernel_facts){ .has_sysfs = true, .capabilities = TRACE | ADMIN };
	kernel.descriptor = open_descriptor();
	close(kernel.descriptor);
	return 0;
}

/* Nothing stays open. */
static int tear_down(void **state)
{
	int descriptor = open_descriptor();

	assert_int_equal(descriptor, kernel.descriptor);
	return close(descriptor);
}

static struct kernel_features probe(void)
{
	struct kernel_features features;

	kernel_features_probe(&facts, &features);
	return features;
}

static void new_kernels_can_do_everything(void **state)
{
	struct kernel_features features = probe();

	assert_int_equal(features.bpf_call, EINVAL);
	assert_int_equal(features.perf_call, EINVAL);
	assert_int_equal(features.programs, ANSWER_YES);
	assert_int_equal(features.types, ANSWER_YES);
	assert_int_equal(features.jit, ANSWER_YES);
	assert_int_equal(features.read_kernel, ANSWER_YES);
	assert_int_equal(features.cookies, ANSWER_YES);
	assert_int_equal(features.loops, ANSWER_YES);
	assert_int_equal(features.exchange, ANSWER_YES);
	assert_int_equal(features.sleepable, ANSWER_YES);
	assert_int_equal(features.multi_links, ANSWER_YES);
	assert_int_equal(features.memory_group, ANSWER_YES);
	assert_int_equal(features.perf_events, ANSWER_YES);
	assert_int_equal(features.perf_open, ENOTDIR);
	assert_int_equal(features.perf_needs_admin, ANSWER_YES);
}

/* ---- programs ---- */

static void only_two_errors_mean_that_a_kernel_cannot(void **state)
{
	static const struct {
		int code;
		enum answer answer;
	} rows[] = {
		{ EINVAL, ANSWER_NO },	    { EOPNOTSUPP, ANSWER_NO }, { EPERM, ANSWER_UNKNOWN },
		{ EMFILE, ANSWER_UNKNOWN }, { 0, ANSWER_YES },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kernel_features features;

		kernel.load[SLEEPABLE] = kernel.load[EXCHANGE] = kernel.load[MULTI_LINK] =
			rows[i].code;
		features = probe();
		assert_int_equal(features.sleepable, rows[i].answer);
		assert_int_equal(features.exchange, rows[i].answer);
		assert_int_equal(features.multi_links, rows[i].answer);
	}
}

static void without_programs_nothing_more_is_tried(void **state)
{
	struct kernel_features features;

	kernel.load[NOTHING] = EINVAL;
	features = probe();
	assert_int_equal(features.programs, ANSWER_NO);
	assert_int_equal(features.sleepable, ANSWER_UNKNOWN);
	assert_int_equal(features.jit, ANSWER_UNKNOWN);
	assert_int_equal(kernel.loads, 1);
}

static void a_call_that_is_forbidden_is_not_made_again(void **state)
{
	static const int codes[] = { EPERM, EACCES, ENOSYS };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct kernel_features features;

		kernel.bpf_call = codes[i];
		features = probe();
		assert_int_equal(features.bpf_call, codes[i]);
		assert_int_equal(features.programs, ANSWER_UNKNOWN);
		assert_int_equal(kernel.loads, 0);
	}
}

static void only_compiled_programs_have_a_size(void **state)
{
	kernel.jited = 0;
	assert_int_equal(probe().jit, ANSWER_NO);
	kernel.jited = 1;
	kernel.info = EINVAL;
	assert_int_equal(probe().jit, ANSWER_UNKNOWN);
}

/* If the verifier complains about how a helper is called, the helper exists. */
static void the_verifier_knows_which_helpers_there_are(void **state)
{
	static const struct {
		const char *log;
		enum answer answer;
	} rows[] = {
		{ "R1 type=ctx expected=fp\n", ANSWER_YES },
		{ "unknown func bpf_loop#181\n", ANSWER_NO },
		{ "invalid func unknown#181\n", ANSWER_NO },
		{ "program of this type cannot use helper bpf_loop#181\n", ANSWER_NO },
		{ "", ANSWER_UNKNOWN },
	};

	kernel.load[HELPER] = EINVAL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kernel_features features;

		kernel.log = rows[i].log;
		features = probe();
		assert_int_equal(features.loops, rows[i].answer);
		assert_int_equal(features.cookies, rows[i].answer);
		assert_int_equal(features.read_kernel, rows[i].answer);
		assert_int_equal(features.memory_group, rows[i].answer);
	}
}

/* A kernel with such links refuses to attach to a directory, because it is no regular file. */
static void links_for_many_are_told_by_the_error(void **state)
{
	static const struct {
		int link;
		enum answer answer;
	} rows[] = {
		{ -EBADF, ANSWER_YES },
		{ -EINVAL, ANSWER_NO },
		{ -EPERM, ANSWER_UNKNOWN },
		{ 0, ANSWER_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kernel.link = rows[i].link;
		assert_int_equal(probe().multi_links, rows[i].answer);
	}
}

static void types_may_be_missing_or_too_much_for_now(void **state)
{
	static const int shortages[] = { EMFILE, ENFILE, ENOMEM };

	kernel.types = ENOENT;
	assert_int_equal(probe().types, ANSWER_NO);
	for (size_t i = 0; i < sizeof(shortages) / sizeof(shortages[0]); i++) {
		kernel.types = shortages[i];
		assert_int_equal(probe().types, ANSWER_UNKNOWN);
	}
}

/* ---- perf events ---- */

static void without_a_number_there_are_no_events(void **state)
{
	kernel.event_type = ENOENT;
	assert_int_equal(probe().perf_events, ANSWER_NO);
	assert_int_equal(probe().perf_open, 0);
	assert_int_equal(probe().perf_needs_admin, ANSWER_UNKNOWN);
	facts.has_sysfs = false;
	assert_int_equal(probe().perf_events, ANSWER_UNKNOWN);
	facts.has_sysfs = true;
	kernel.event_type = EACCES;
	assert_int_equal(probe().perf_events, ANSWER_UNKNOWN);
}

/* If the process has all capabilities, it tries to open an event without one of them. */
static void whether_events_need_admin_is_tried_without_it(void **state)
{
	static const struct {
		int code;
		enum answer answer;
	} rows[] = {
		{ EACCES, ANSWER_YES }, { EPERM, ANSWER_UNKNOWN }, { ENOSYS, ANSWER_UNKNOWN },
		{ ENOTDIR, ANSWER_NO }, { 0, ANSWER_NO },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kernel.event_without_admin = rows[i].code;
		assert_int_equal(probe().perf_needs_admin, rows[i].answer);
		assert_int_equal(kernel.held, TRACE | ADMIN);
	}
}

static void without_the_right_the_first_try_tells(void **state)
{
	facts.capabilities = kernel.held = TRACE;
	assert_int_equal(probe().perf_needs_admin, ANSWER_YES);
	assert_int_equal(probe().perf_open, EACCES);
	kernel.event_without_admin = ENOTDIR;
	assert_int_equal(probe().perf_needs_admin, ANSWER_NO);
}

static void what_is_refused_anyway_tells_nothing(void **state)
{
	facts.in_user_namespace = true;
	assert_int_equal(probe().perf_needs_admin, ANSWER_UNKNOWN);
	facts.in_user_namespace = false;
	kernel.event = EPERM;
	assert_int_equal(probe().perf_needs_admin, ANSWER_UNKNOWN);
	kernel.event = ENOTDIR;
	facts.capabilities = ADMIN;
	assert_int_equal(probe().perf_needs_admin, ANSWER_UNKNOWN);
	/* A process that has only this capability cannot suspend it. */
	facts.capabilities = TRACE | ADMIN;
	kernel.held = ADMIN;
	assert_int_equal(probe().perf_needs_admin, ANSWER_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_kernels_can_do_everything),
		TEST(only_two_errors_mean_that_a_kernel_cannot),
		TEST(without_programs_nothing_more_is_tried),
		TEST(a_call_that_is_forbidden_is_not_made_again),
		TEST(only_compiled_programs_have_a_size),
		TEST(the_verifier_knows_which_helpers_there_are),
		TEST(links_for_many_are_told_by_the_error),
		TEST(types_may_be_missing_or_too_much_for_now),
		TEST(without_a_number_there_are_no_events),
		TEST(whether_events_need_admin_is_tried_without_it),
		TEST(without_the_right_the_first_try_tells),
		TEST(what_is_refused_anyway_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
