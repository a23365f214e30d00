/* SPDX-License-Identifier: MIT */
/* Capabilities of a process. This test replaces the kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include <cmocka.h>

#include "privilege.h"

#define BIT(capability) (1ull << (capability))
#define TRACE (BIT(CAP_BPF) | BIT(CAP_PERFMON))

/* ---- the kernel ---- */

static struct {
	uint64_t permitted, effective, inheritable, bounding;
	bool no_new_privileges;
	bool is_filtered; /* a filter forbids the calls that get and set capabilities */
} process;

static void show(struct __user_cap_data_struct *words)
{
	for (int i = 0; i < 2; i++)
		words[i] = (struct __user_cap_data_struct){
			.effective = (uint32_t)(process.effective >> 32 * i),
			.permitted = (uint32_t)(process.permitted >> 32 * i),
			.inheritable = (uint32_t)(process.inheritable >> 32 * i),
		};
}

/* A capability cannot become effective if it is not permitted. */
static long set(const struct __user_cap_data_struct *words)
{
	uint64_t permitted = words[0].permitted | (uint64_t)words[1].permitted << 32;
	uint64_t effective = words[0].effective | (uint64_t)words[1].effective << 32;

	if (permitted & ~process.permitted || effective & ~permitted) {
		errno = EPERM;
		return -1;
	}
	process.permitted = permitted;
	process.effective = effective;
	process.inheritable = words[0].inheritable | (uint64_t)words[1].inheritable << 32;
	return 0;
}

long syscall(long number, ...)
{
	struct __user_cap_header_struct *header;
	struct __user_cap_data_struct *words;
	va_list arguments;

	va_start(arguments, number);
	header = va_arg(arguments, void *);
	words = va_arg(arguments, void *);
	va_end(arguments);
	assert_true(number == SYS_capget || number == SYS_capset);
	assert_int_equal(header->version, _LINUX_CAPABILITY_VERSION_3);
	assert_int_equal(header->pid, 0);
	if (process.is_filtered) {
		errno = EPERM;
		return -1;
	}
	if (number == SYS_capset)
		return set(words);
	show(words);
	return 0;
}

int prctl(int option, ...)
{
	va_list arguments;
	unsigned long value;

	va_start(arguments, option);
	value = (unsigned long)va_arg(arguments, int);
	va_end(arguments);
	if (option == PR_SET_NO_NEW_PRIVS)
		process.no_new_privileges = value;
	else if (option == PR_CAPBSET_DROP)
		process.bounding &= ~BIT(value);
	else
		fail();
	return 0;
}

static void hold(uint64_t capabilities)
{
	memset(&process, 0, sizeof(process));
	process.permitted = process.effective = process.inheritable = capabilities;
	process.bounding = UINT64_MAX;
}

/* ---- what is held ---- */

static void some_capabilities_include_others(void **state)
{
	hold(BIT(CAP_CHECKPOINT_RESTORE) | BIT(CAP_CHOWN));
	assert_int_equal(privilege_held(), BIT(CAP_CHECKPOINT_RESTORE) | BIT(CAP_CHOWN));
	hold(BIT(CAP_SYS_ADMIN));
	assert_int_equal(privilege_held(), BIT(CAP_SYS_ADMIN) | TRACE);
	hold(BIT(CAP_DAC_OVERRIDE));
	assert_int_equal(privilege_held(), BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH));
	process.is_filtered = true;
	assert_int_equal(privilege_held(), 0);
}

static void each_operation_needs_its_own(void **state)
{
	static const struct {
		enum privilege privilege;
		uint64_t capabilities;
	} rows[] = {
		{ PRIVILEGE_TRACE, TRACE },
		{ PRIVILEGE_PERF_EVENTS, BIT(CAP_SYS_ADMIN) },
		{ PRIVILEGE_LOOK, BIT(CAP_SYS_PTRACE) },
		{ PRIVILEGE_READ, BIT(CAP_DAC_READ_SEARCH) },
		{ PRIVILEGE_LEASE, BIT(CAP_LEASE) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hold(rows[i].capabilities);
		assert_true(privilege_is_held(rows[i].privilege));
		hold(BIT(CAP_CHOWN));
		assert_false(privilege_is_held(rows[i].privilege));
		assert_true(privilege_has(~0ull, rows[i].privilege));
		assert_false(privilege_has(~rows[i].capabilities, rows[i].privilege));
	}
	assert_false(privilege_has(BIT(CAP_BPF), PRIVILEGE_TRACE));
	assert_false(privilege_has(BIT(CAP_PERFMON), PRIVILEGE_TRACE));
}

static void all_that_are_needed_are_named(void **state)
{
	static const char *const names[] = {
		"CAP_BPF",	  "CAP_PERFMON",	 "CAP_SYS_ADMIN",
		"CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH", "CAP_LEASE"
	};
	size_t count = sizeof(names) / sizeof(names[0]);
	bool held;

	for (size_t i = 0; i < count; i++) {
		assert_string_equal(privilege_name(i, BIT(CAP_LEASE), &held), names[i]);
		assert_int_equal(held, i == count - 1);
	}
	assert_null(privilege_name(count, BIT(CAP_LEASE), &held));
}

/* ---- errors ---- */

static void a_missing_capability_is_named(void **state)
{
	struct error err = { 0 };

	hold(BIT(CAP_BPF));
	assert_int_equal(privilege_fail(&err, -EACCES, PRIVILEGE_TRACE, "nothing is traced"),
			 -EACCES);
	assert_string_equal(err.what, "nothing is traced: not permitted: missing CAP_PERFMON");
	assert_string_equal(err.hint, "run as root, or grant the capability");
}

static void what_forbids_it_where_none_is_missing_is_guessed(void **state)
{
	static const int codes[] = { -EPERM, -EACCES };

	hold(TRACE);
	for (size_t i = 0; i < 2; i++) {
		struct error err = { 0 };

		assert_int_equal(privilege_fail(&err, codes[i], PRIVILEGE_TRACE, "nothing"),
				 codes[i]);
		assert_non_null(strstr(err.hint, "no capability is missing"));
	}
}

static void other_failures_are_told_as_they_are(void **state)
{
	struct error err = { 0 };

	hold(TRACE);
	assert_int_equal(privilege_fail(&err, -EMFILE, PRIVILEGE_TRACE, "nothing"), -EMFILE);
	assert_string_equal(err.what, "nothing: Too many open files");
	assert_string_equal(err.hint, "");
}

/* ---- suspending capabilities ---- */

static void the_admin_right_is_suspended_and_resumed(void **state)
{
	hold(TRACE | BIT(CAP_SYS_ADMIN) | BIT(CAP_CHOWN));
	assert_true(privilege_suspend_admin());
	assert_int_equal(process.effective, TRACE | BIT(CAP_CHOWN));
	privilege_resume_admin();
	assert_int_equal(process.effective, TRACE | BIT(CAP_SYS_ADMIN) | BIT(CAP_CHOWN));
}

/* Without this capability nothing could be tried at all. */
static void the_admin_right_is_not_suspended_where_it_is_all_there_is(void **state)
{
	static const uint64_t held[] = {
		BIT(CAP_SYS_ADMIN),
		BIT(CAP_SYS_ADMIN) | BIT(CAP_BPF),
		TRACE,
	};

	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		hold(held[i]);
		assert_false(privilege_suspend_admin());
		assert_int_equal(process.effective, held[i]);
	}
	hold(TRACE | BIT(CAP_SYS_ADMIN));
	process.is_filtered = true;
	assert_false(privilege_suspend_admin());
}

static void what_is_not_needed_is_dropped_for_good(void **state)
{
	static const uint64_t always = TRACE | BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH) |
				       BIT(CAP_LEASE);
	static const struct {
		struct privilege_needs needs;
		uint64_t kept;
	} rows[] = {
		{ { 0 }, always },
		{ { .files = true }, always | BIT(CAP_DAC_OVERRIDE) },
		{ { .admin = true }, always | BIT(CAP_SYS_ADMIN) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hold(BIT(CAP_LAST_CAP + 1) - 1);
		privilege_drop(&rows[i].needs);
		assert_int_equal(process.effective, rows[i].kept);
		assert_int_equal(process.permitted, rows[i].kept);
		assert_int_equal(process.inheritable, 0);
		assert_int_equal(process.bounding & (BIT(CAP_LAST_CAP + 1) - 1), rows[i].kept);
		assert_true(process.no_new_privileges);
	}
}

static void dropping_gives_nothing(void **state)
{
	hold(BIT(CAP_CHOWN) | BIT(CAP_BPF));
	privilege_drop(&(struct privilege_needs){ .admin = true });
	assert_int_equal(process.effective, BIT(CAP_BPF));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_capabilities_include_others),
		cmocka_unit_test(each_operation_needs_its_own),
		cmocka_unit_test(all_that_are_needed_are_named),
		cmocka_unit_test(a_missing_capability_is_named),
		cmocka_unit_test(what_forbids_it_where_none_is_missing_is_guessed),
		cmocka_unit_test(other_failures_are_told_as_they_are),
		cmocka_unit_test(the_admin_right_is_suspended_and_resumed),
		cmocka_unit_test(the_admin_right_is_not_suspended_where_it_is_all_there_is),
		cmocka_unit_test(what_is_not_needed_is_dropped_for_good),
		cmocka_unit_test(dropping_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
