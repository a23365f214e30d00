/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <linux/capability.h>

#include <cmocka.h>

#include "obstacle.h"

#define BIT(capability) (1ull << (capability))
#define TRACE (BIT(CAP_BPF) | BIT(CAP_PERFMON))

/* An answer of the verifier. */
#define REFUSED "R1 unbounded memory access"

enum { ENOTSUPP = 524 };

/* A machine on which everything works, as root. */
static const struct kernel_facts good_facts = {
	.security_modules = "lockdown,capability,apparmor",
	.has_proc = true,
	.has_own_proc = true,
	.has_sysfs = true,
	.capabilities = TRACE | BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_PTRACE),
	.lockable_memory = 8 << 20,
};

static const struct kernel_features good_features = {
	.bpf_call = EINVAL,
	.perf_call = EINVAL,
	.programs = ANSWER_YES,
	.types = ANSWER_YES,
	.jit = ANSWER_YES,
	.read_kernel = ANSWER_YES,
	.cookies = ANSWER_YES,
	.loops = ANSWER_YES,
	.exchange = ANSWER_YES,
	.sleepable = ANSWER_YES,
	.multi_links = ANSWER_YES,
	.memory_group = ANSWER_YES,
	.perf_events = ANSWER_YES,
	.perf_open = ENOTDIR,
	.perf_needs_admin = ANSWER_YES,
};

struct machine {
	struct kernel_facts facts;
	struct kernel_features features;
};

static struct machine good(void)
{
	return (struct machine){ good_facts, good_features };
}

/* If a kernel takes no eBPF programs, nothing is known about what they could do. */
static void forbid_programs(struct machine *machine)
{
	machine->features = (struct kernel_features){
		.bpf_call = EINVAL,
		.perf_call = EINVAL,
		.types = ANSWER_YES,
		.perf_events = ANSWER_YES,
		.perf_open = EACCES,
	};
}

/* ---- machines that lack one thing ---- */

static void lack_capabilities(struct machine *machine)
{
	machine->facts.capabilities = 0;
	forbid_programs(machine);
}

static void lack_perfmon(struct machine *machine)
{
	machine->facts.capabilities = BIT(CAP_BPF) | BIT(CAP_SYS_PTRACE);
	forbid_programs(machine);
}

static void lack_admin(struct machine *machine)
{
	machine->facts.capabilities = TRACE;
	machine->features.perf_open = EACCES;
}

static void lack_admin_and_ptrace(struct machine *machine)
{
	lack_admin(machine);
	machine->facts.capabilities &= ~BIT(CAP_SYS_PTRACE);
	machine->features.multi_links = ANSWER_NO;
}

static void be_in_user_namespace(struct machine *machine)
{
	machine->facts.in_user_namespace = true;
	forbid_programs(machine);
}

static void filter_bpf(struct machine *machine)
{
	machine->facts.is_filtered = true;
	forbid_programs(machine);
	machine->features.bpf_call = EPERM;
}

static void hide_bpf(struct machine *machine)
{
	filter_bpf(machine);
	machine->features.bpf_call = ENOSYS;
}

static void lack_bpf(struct machine *machine)
{
	forbid_programs(machine);
	machine->features.bpf_call = ENOSYS;
}

static void forbid_by_module(struct machine *machine)
{
	forbid_programs(machine);
	machine->features.perf_open = ENOTDIR;
}

static void lack_programs(struct machine *machine)
{
	forbid_programs(machine);
	machine->features.programs = ANSWER_NO;
}

static void lack_types(struct machine *machine)
{
	machine->features.types = ANSWER_NO;
}

static void lack_sysfs(struct machine *machine)
{
	machine->facts.has_sysfs = false;
	machine->features.types = ANSWER_NO;
	machine->features.perf_events = ANSWER_UNKNOWN;
}

static void lock_down(struct machine *machine)
{
	machine->features.read_kernel = ANSWER_NO;
}

static void switch_compiler_off(struct machine *machine)
{
	machine->features.jit = ANSWER_NO;
}

static void be_linux_5_10(struct machine *machine)
{
	machine->features.cookies = machine->features.loops = ANSWER_NO;
	machine->features.exchange = machine->features.memory_group = ANSWER_NO;
	machine->features.sleepable = machine->features.multi_links = ANSWER_NO;
}

static void be_linux_5_10_without_admin(struct machine *machine)
{
	be_linux_5_10(machine);
	lack_admin(machine);
}

static void be_linux_5_15(struct machine *machine)
{
	machine->features.loops = ANSWER_NO;
	machine->features.sleepable = machine->features.multi_links = ANSWER_NO;
}

static void be_linux_6_1(struct machine *machine)
{
	machine->features.multi_links = ANSWER_NO;
}

static void lack_exchange(struct machine *machine)
{
	machine->features.exchange = ANSWER_NO;
}

static void limit_memory(struct machine *machine)
{
	machine->features.memory_group = ANSWER_NO;
}

static void lack_uprobes(struct machine *machine)
{
	machine->features.perf_events = machine->features.multi_links = ANSWER_NO;
}

static void filter_perf(struct machine *machine)
{
	machine->facts.is_filtered = true;
	machine->features.perf_call = machine->features.perf_open = ENOSYS;
}

static void lack_nothing(struct machine *machine)
{
}

#define LOAD(way, is_long, error, text)                                       \
	{                                                                     \
		KERNEL_LOAD, KERNEL_ATTACHMENT_##way, is_long, -(error), text \
	}
#define ATTACH(way, error)                                                  \
	{                                                                   \
		KERNEL_ATTACH, KERNEL_ATTACHMENT_##way, false, -(error), "" \
	}

/* An attempt on a machine, and the expected explanation. */
static const struct {
	void (*make)(struct machine *machine);
	struct kernel_attempt attempt;
	enum obstacle obstacle;
	const char *text;
} failures[] = {
	{ lack_capabilities, LOAD(MULTI, false, EPERM, ""), OBSTACLE_CAPABILITIES,
	  "missing CAP_BPF, CAP_PERFMON (run as root, or grant the capabilities; "
	  "processes of other users also need CAP_SYS_PTRACE)" },
	{ lack_perfmon, LOAD(MULTI, false, EPERM, ""), OBSTACLE_CAPABILITIES,
	  "missing CAP_PERFMON (run as root, or grant the capabilities)" },
	{ lack_admin, ATTACH(SINGLE, EACCES), OBSTACLE_ADMIN,
	  "missing CAP_SYS_ADMIN, which this kernel" },
	{ lack_admin, ATTACH(SINGLE_SLEEPABLE, EACCES), OBSTACLE_ADMIN, "or omit --attach" },
	{ lack_admin_and_ptrace, ATTACH(SINGLE_SLEEPABLE, EACCES), OBSTACLE_ADMIN,
	  "(run as root, or grant the capability; processes of other users also need CAP_SYS_PTRACE)" },
	{ be_in_user_namespace, LOAD(MULTI, false, EPERM, ""), OBSTACLE_USER_NAMESPACE,
	  "user namespace" },
	{ filter_bpf, LOAD(MULTI, false, EPERM, ""), OBSTACLE_SECCOMP_BPF,
	  "blocks the system call bpf" },
	{ hide_bpf, LOAD(MULTI, false, ENOSYS, ""), OBSTACLE_SECCOMP_BPF,
	  "blocks the system call bpf" },
	{ lack_bpf, LOAD(MULTI, false, ENOSYS, ""), OBSTACLE_NO_BPF, "CONFIG_BPF_SYSCALL" },
	{ forbid_by_module, LOAD(MULTI, false, EPERM, ""), OBSTACLE_SECURITY_MODULE,
	  "no capability is missing (security modules: lockdown,capability,apparmor)" },
	{ lack_nothing, ATTACH(MULTI, EACCES), OBSTACLE_SECURITY_MODULE, "security module" },
	{ lack_programs, LOAD(MULTI, false, EINVAL, ""), OBSTACLE_NO_PROGRAMS,
	  "CONFIG_BPF_EVENTS" },
	{ lack_types, LOAD(MULTI, false, ESRCH, ""), OBSTACLE_NO_TYPES, "CONFIG_DEBUG_INFO_BTF" },
	{ lack_sysfs, LOAD(MULTI, false, ESRCH, ""), OBSTACLE_NO_SYSFS, "mount -t sysfs" },
	{ lack_sysfs, ATTACH(SINGLE, ENOENT), OBSTACLE_NO_SYSFS, "mount -t sysfs" },
	{ lock_down, LOAD(MULTI, false, EINVAL, "unknown func bpf_probe_read_kernel#113"),
	  OBSTACLE_LOCKDOWN, "tracing works with lockdown=integrity" },
	{ switch_compiler_off, LOAD(MULTI, true, EINVAL, "callbacks are not allowed"),
	  OBSTACLE_NO_JIT, "net.core.bpf_jit_enable=1; plain requests" },
	{ switch_compiler_off, LOAD(MULTI, false, ENOTSUPP, ""), OBSTACLE_NO_JIT,
	  "net.core.bpf_jit_enable=1)" },
	{ switch_compiler_off, LOAD(MULTI, true, EACCES, REFUSED), OBSTACLE_VERIFIER, REFUSED },
	{ be_linux_5_10, LOAD(SINGLE, false, EINVAL, "unknown func"), OBSTACLE_NO_COOKIES,
	  "use Linux 5.15" },
	{ be_linux_5_15, LOAD(SINGLE, true, EINVAL, "unknown func bpf_loop#181"), OBSTACLE_NO_LOOPS,
	  "use Linux 5.17 or later for these; plain requests do not need it" },
	{ be_linux_5_15, LOAD(SINGLE, false, EACCES, REFUSED), OBSTACLE_VERIFIER, REFUSED },
	{ be_linux_5_15, ATTACH(SINGLE_SLEEPABLE, EOPNOTSUPP), OBSTACLE_NO_SLEEPABLE, "Linux 6.0" },
	{ be_linux_6_1, ATTACH(MULTI, EOPNOTSUPP), OBSTACLE_NO_MULTI_LINKS, "Linux 6.6" },
	{ be_linux_6_1, LOAD(SINGLE, false, EACCES, REFUSED), OBSTACLE_VERIFIER, REFUSED },
	{ lack_exchange, LOAD(SINGLE, false, EINVAL, "BPF_STX uses reserved fields"),
	  OBSTACLE_NO_EXCHANGE, "compare-and-exchange" },
	{ limit_memory, LOAD(SINGLE, false, EPERM, ""), OBSTACLE_LOCKED_MEMORY,
	  "only 8388608 bytes of memory may be locked (raise the limit: ulimit -l" },
	{ lack_uprobes, ATTACH(MULTI, EOPNOTSUPP), OBSTACLE_NO_UPROBES, "CONFIG_UPROBE_EVENTS" },
	{ lack_uprobes, ATTACH(SINGLE, EOPNOTSUPP), OBSTACLE_NO_UPROBES, "CONFIG_UPROBE_EVENTS" },
	{ filter_perf, ATTACH(SINGLE, ENOSYS), OBSTACLE_SECCOMP_PERF, "perf_event_open" },
	{ filter_perf, LOAD(MULTI, false, ENOMEM, ""), OBSTACLE_MEMORY, "--ring-size" },
	{ lack_nothing, ATTACH(MULTI, EMFILE), OBSTACLE_OPEN_FILES, "ulimit -Hn" },
	{ lack_nothing, LOAD(MULTI, false, EMFILE, REFUSED), OBSTACLE_OPEN_FILES, "ulimit -" },
	{ lack_nothing, ATTACH(MULTI, EIO), OBSTACLE_OTHER,
	  "probes cannot be attached: Input/output error" },
	{ lack_nothing, LOAD(MULTI, true, E2BIG, "BPF program is too large."), OBSTACLE_VERIFIER,
	  "report it with the output of -v" },
};

enum { FAILURE_COUNT = sizeof(failures) / sizeof(failures[0]) };

static void names_each_reason(void **state)
{
	for (size_t i = 0; i < FAILURE_COUNT; i++) {
		struct machine machine = good();
		struct error err = { 0 };
		char text[2048];
		enum obstacle obstacle;

		failures[i].make(&machine);
		obstacle = obstacle_of_failure(&machine.facts, &machine.features,
					       &failures[i].attempt);
		assert_int_equal(obstacle_fail(obstacle, &machine.facts, &machine.features,
					       &failures[i].attempt, &err),
				 failures[i].attempt.code);
		error_format(&err, text, sizeof(text));
		if (obstacle != failures[i].obstacle || !strstr(text, failures[i].text))
			fail_msg("row %zu: %s: %s", i, obstacle_name(obstacle), text);
	}
}

/* For each reason, and whatever is known, the text is a whole sentence that no other reason has. */
static void gives_each_its_own_text(void **state)
{
	static const struct kernel_attempt attempt = LOAD(MULTI, false, EIO, REFUSED);
	char texts[OBSTACLE_COUNT][2048];

	for (int i = OBSTACLE_NONE + 1; i < OBSTACLE_COUNT; i++) {
		struct error err = { 0 };

		obstacle_fail((enum obstacle)i, &good_facts, &good_features, &attempt, &err);
		error_format(&err, texts[i], sizeof(texts[i]));
		assert_null(strchr(texts[i], '%'));
		assert_true(err.hint[0] || i == OBSTACLE_OTHER);
		assert_true(obstacle_name((enum obstacle)i)[0]);
		for (int other = OBSTACLE_NONE + 1; other < i; other++)
			assert_string_not_equal(texts[other], texts[i]);
	}
}

/* The ways that exist are known before the first attempt. */
static void knows_ways(void **state)
{
	static const struct {
		void (*make)(struct machine *machine);
		enum obstacle multi, sleepable, single;
	} rows[] = {
		{ lack_nothing, OBSTACLE_NONE, OBSTACLE_NONE, OBSTACLE_NONE },
		{ be_linux_6_1, OBSTACLE_NO_MULTI_LINKS, OBSTACLE_NONE, OBSTACLE_NONE },
		{ be_linux_5_15, OBSTACLE_NO_MULTI_LINKS, OBSTACLE_NO_SLEEPABLE, OBSTACLE_NONE },
		{ lack_admin, OBSTACLE_NONE, OBSTACLE_ADMIN, OBSTACLE_ADMIN },
		{ filter_perf, OBSTACLE_NONE, OBSTACLE_SECCOMP_PERF, OBSTACLE_SECCOMP_PERF },
		{ lack_uprobes, OBSTACLE_NO_UPROBES, OBSTACLE_NO_UPROBES, OBSTACLE_NO_UPROBES },
		/* A capability that would not help is not asked for. */
		{ be_linux_5_10_without_admin, OBSTACLE_NO_MULTI_LINKS, OBSTACLE_NO_SLEEPABLE,
		  OBSTACLE_NO_COOKIES },
		/* Then it is unknown which ways exist; loading fails and says why it is not permitted. */
		{ lack_capabilities, OBSTACLE_NONE, OBSTACLE_NONE, OBSTACLE_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine machine = good();
		const struct kernel_facts *facts = &machine.facts;
		const struct kernel_features *features = &machine.features;

		rows[i].make(&machine);
		assert_int_equal(obstacle_of_way(facts, features, KERNEL_ATTACHMENT_MULTI),
				 rows[i].multi);
		assert_int_equal(obstacle_of_way(facts, features,
						 KERNEL_ATTACHMENT_SINGLE_SLEEPABLE),
				 rows[i].sleepable);
		assert_int_equal(obstacle_of_way(facts, features, KERNEL_ATTACHMENT_SINGLE),
				 rows[i].single);
	}
}

static void knows_its_place(void **state)
{
	struct kernel_facts facts = good_facts;

	assert_int_equal(obstacle_of_place(&facts), OBSTACLE_NONE);
	facts.has_own_proc = false;
	assert_int_equal(obstacle_of_place(&facts), OBSTACLE_FOREIGN_PROC);
	facts.has_proc = false;
	assert_int_equal(obstacle_of_place(&facts), OBSTACLE_NO_PROC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_reason),
		cmocka_unit_test(gives_each_its_own_text),
		cmocka_unit_test(knows_ways),
		cmocka_unit_test(knows_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
