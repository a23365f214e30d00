/* SPDX-License-Identifier: MIT */
/* Attaches and detaches probes. This test replaces the links and maps of libbpf. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/types.h>

#include <cmocka.h>

#include "contract.h"
#include "kernel.h"
#include "kernel_type.h"

enum {
	TRACED = 7,
	NEWCOMERS,
	LISTENERS,
	DISMISSED_NEWCOMERS,
	DISMISSED_LISTENERS,
	MAX_LINKS = 256
};
enum { PID = 42, TARGET = 5 };
/* Descriptors, the last two of the first of many. */
enum { SHORT_FD = 10, LONG_FD, OWN_FD = 1000, LINK_FD = 100000 };
#define FOR_MULTI ((enum bpf_attach_type)48)

static char short_program, long_program;

static struct {
	struct kernel kernel;
	struct attachment *attachment;
	struct error err;
	/* The answers of the kernel. */
	size_t fails_at;      /* the link that is refused, from 1 on */
	size_t fails_once_at; /* the same, but only the first attempt to make it */
	int enter_code;
	/* What the kernel was asked for. */
	size_t link_count;
	char links[MAX_LINKS]; /* the address of each byte represents a link */
	int destroyed[MAX_LINKS];
	int destructions, order[MAX_LINKS]; /* in which order */
	char told[2048];		    /* a line for each link, and for each change of a map */
	uint64_t entry;			    /* the last entry of a process */
} stage;

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
	size_t used = strlen(stage.told);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(stage.told + used, sizeof(stage.told) - used, format, arguments);
	va_end(arguments);
}

/* ---- the kernel ---- */

static const char *name_of(const struct bpf_program *program)
{
	return (const char *)program == &long_program ? "long" : "short";
}

int bpf_program__fd(const struct bpf_program *program)
{
	return (const char *)program == &long_program ? LONG_FD : SHORT_FD;
}

enum bpf_attach_type bpf_program__expected_attach_type(const struct bpf_program *program)
{
	return FOR_MULTI;
}

static bool takes_a_link(void)
{
	if (stage.link_count + 1 == stage.fails_once_at) {
		stage.fails_once_at = 0;
		errno = EMFILE;
		return false;
	}
	if (stage.link_count + 1 != stage.fails_at)
		return true;
	errno = EMFILE;
	return false;
}

static void tell_program(int program)
{
	if (program >= OWN_FD)
		tell("own of %d", program - OWN_FD);
	else
		tell("%s", program == LONG_FD ? "long" : "short");
}

int bpf_link_create(int program, int target, enum bpf_attach_type type,
		    const struct bpf_link_create_opts *options)
{
	assert_int_equal(target, 0);
	assert_int_equal(type, FOR_MULTI);
	tell_program(program);
	tell(" %u %s:", options->uprobe_multi.pid, options->uprobe_multi.path);
	for (size_t i = 0; i < options->uprobe_multi.cnt; i++)
		tell(" 0x%lx=0x%llx", options->uprobe_multi.offsets[i],
		     options->uprobe_multi.cookies[i]);
	tell("\n");
	return takes_a_link() ? LINK_FD + (int)stage.link_count++ : -errno;
}

struct bpf_link *bpf_program__attach_uprobe_opts(const struct bpf_program *program, pid_t pid,
						 const char *path, size_t offset,
						 const struct bpf_uprobe_opts *options)
{
	tell("%s %d %s: 0x%zx=0x%llx\n", name_of(program), pid, path, offset, options->bpf_cookie);
	return takes_a_link() ? (struct bpf_link *)&stage.links[stage.link_count++] : NULL;
}

/* Several threads may call these two. */
static void note_destruction(size_t number)
{
	__atomic_add_fetch(&stage.destroyed[number], 1, __ATOMIC_SEQ_CST);
	stage.order[number] = __atomic_add_fetch(&stage.destructions, 1, __ATOMIC_SEQ_CST);
}

int bpf_link__destroy(struct bpf_link *link)
{
	note_destruction((size_t)((char *)link - stage.links));
	return 0;
}

int close(int fd)
{
	if (fd < OWN_FD)
		return (int)syscall(SYS_close, fd);
	if (fd < LINK_FD)
		return 0;
	note_destruction((size_t)(fd - LINK_FD));
	return 0;
}

static const char *map_name(int fd)
{
	static const char *const names[] = { "traced", "newcomers", "listeners",
					     "dismissed newcomers", "dismissed listeners" };

	return names[fd - TRACED];
}

int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	uint32_t pid;

	memcpy(&pid, key, sizeof(pid));
	memcpy(&stage.entry, value, sizeof(stage.entry));
	tell("enter %u in %s\n", pid, map_name(fd));
	errno = -stage.enter_code;
	return stage.enter_code;
}

int bpf_map_delete_elem(int fd, const void *key)
{
	uint32_t pid;

	memcpy(&pid, key, sizeof(pid));
	tell("delete %u of %s\n", pid, map_name(fd));
	return 0;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	uint32_t pid;

	memcpy(&pid, key, sizeof(pid));
	if (fd != TRACED)
		*(uint64_t *)value = fd == NEWCOMERS ? 7 : 8;
	return pid == PID ? 0 : -ENOENT;
}

/* ---- attachments ---- */

static int set_up(void **state)
{
	memset(&stage, 0, sizeof(stage));
	stage.kernel = (struct kernel){
		.short_program = (struct bpf_program *)&short_program,
		.long_program = (struct bpf_program *)&long_program,
		.traced = TRACED,
		.newcomers = NEWCOMERS,
		.listeners = LISTENERS,
		.dismissed_newcomers = DISMISSED_NEWCOMERS,
		.dismissed_listeners = DISMISSED_LISTENERS,
		.attachment = KERNEL_ATTACHMENT_MULTI,
	};
	own_programs_start(&stage.kernel.own_programs, NULL, -1);
	return 0;
}

/* Each link is destroyed exactly once. */
static int tear_down(void **state)
{
	attachment_detach(stage.attachment);
	for (size_t i = 0; i < stage.link_count; i++)
		assert_int_equal(stage.destroyed[i], 1);
	return 0;
}

static const struct attach_point points[] = {
	{ .file_offset = 0x100, .plan = 1 },
	{ .file_offset = 0x200, .plan = 2, .is_long = true },
	{ .file_offset = 0x300, .plan = 3 },
};

static int attach(const char *path, size_t count)
{
	return kernel_attach(&stage.kernel, path, PID, TARGET, points, count, &stage.attachment,
			     &stage.err);
}

static void assert_told(const char *wanted)
{
	assert_string_equal(stage.told, wanted);
	stage.told[0] = '\0';
}

/* The cookie has the process, the target and the plan. */
static void points_of_a_kind_share_a_link(void **state)
{
	assert_int_equal(attach("/proc/42/exe", 3), 0);
	assert_told("enter 42 in traced\n"
		    "short 42 /proc/42/exe: 0x100=0x2a0000050001 0x300=0x2a0000050003\n"
		    "long 42 /proc/42/exe: 0x200=0x2a0000050002\n");
	assert_int_equal(stage.entry, (uint64_t)PID << TRACED_PROCESS_SHIFT | TARGET);
}

/* A plan has its program only among few plans. */
static void plans_with_own_programs_have_own_links(void **state)
{
	struct attach_point many[33];

	for (int i = 0; i < 3; i++)
		stage.kernel.own_programs.descriptors[i] = OWN_FD + i;
	assert_int_equal(attach("/proc/42/exe", 3), 0);
	assert_told("enter 42 in traced\n"
		    "own of 1 42 /proc/42/exe: 0x100=0x2a0000050001\n"
		    "long 42 /proc/42/exe: 0x200=0x2a0000050002\n"
		    "short 42 /proc/42/exe: 0x300=0x2a0000050003\n");
	attachment_detach(stage.attachment);
	for (int i = 0; i < 33; i++)
		many[i] = (struct attach_point){ .file_offset = i, .plan = i };
	assert_int_equal(kernel_attach_file(&stage.kernel, "/srv/shop", many, 32, &stage.attachment,
					    NULL),
			 0);
	assert_non_null(strstr(stage.told, "own of 2 0 /srv/shop: 0x2=0x2\n"));
	attachment_detach(stage.attachment);
	stage.told[0] = '\0';
	assert_int_equal(kernel_attach_file(&stage.kernel, "/srv/shop", many, 33, &stage.attachment,
					    NULL),
			 0);
	assert_null(strstr(stage.told, "own"));
}

/* Also again, when links are gone. */
static void programs_are_shared_when_there_are_many_links(void **state)
{
	struct attachment *attachments[65] = { NULL };

	for (int i = 0; i < 4; i++)
		stage.kernel.own_programs.descriptors[i] = OWN_FD + i;
	for (size_t i = 0; i < 65; i++) {
		stage.told[0] = '\0';
		assert_int_equal(kernel_attach_file(&stage.kernel, "/srv/shop", points, 1,
						    &attachments[i], NULL),
				 0);
		assert_int_equal(strncmp(stage.told, "own of 1", 8) == 0, i < 64);
	}
	attachments_detach(attachments, 65);
	assert_int_equal(stage.kernel.link_count, 0);
	stage.told[0] = '\0';
	assert_int_equal(kernel_attach_file(&stage.kernel, "/srv/shop", points, 1,
					    &stage.attachment, NULL),
			 0);
	assert_told("own of 1 0 /srv/shop: 0x100=0x1\n");
	assert_int_equal(stage.kernel.link_count, 1);
}

/* The kernel has no descriptor for the second link of plans with programs of their own. */
static void programs_are_shared_where_descriptors_are_scarce(void **state)
{
	for (int i = 0; i < 4; i++)
		stage.kernel.own_programs.descriptors[i] = OWN_FD + i;
	stage.fails_once_at = 2;
	assert_int_equal(attach("/proc/42/exe", 3), 0);
	assert_told("enter 42 in traced\n"
		    "own of 1 42 /proc/42/exe: 0x100=0x2a0000050001\n"
		    "long 42 /proc/42/exe: 0x200=0x2a0000050002\n"
		    "short 42 /proc/42/exe: 0x100=0x2a0000050001 0x300=0x2a0000050003\n"
		    "long 42 /proc/42/exe: 0x200=0x2a0000050002\n");
	assert_int_equal(stage.destroyed[0], 1);
	assert_int_equal(stage.kernel.own_programs.descriptors[1], -1);
}

static void there_is_no_link_without_points(void **state)
{
	assert_int_equal(attach("/srv/plugin.so", 1), 0);
	assert_told("enter 42 in traced\nshort 42 /srv/plugin.so: 0x100=0x2a0000050001\n");
}

/* All processes that run the file: the process is looked up at each hit. */
static void a_file_is_attached_to_without_a_process(void **state)
{
	assert_int_equal(kernel_attach_file(&stage.kernel, "/srv/shop", points, 2,
					    &stage.attachment, NULL),
			 0);
	assert_told("short 0 /srv/shop: 0x100=0x1\nlong 0 /srv/shop: 0x200=0x2\n");
	attachment_detach(stage.attachment);
	stage.attachment = NULL;
	assert_told("");
}

static void perf_events_have_a_link_for_each_point(void **state)
{
	stage.kernel.attachment = KERNEL_ATTACHMENT_SINGLE;
	assert_int_equal(attach("/proc/42/exe", 3), 0);
	assert_told("enter 42 in traced\n"
		    "short 42 /proc/42/exe: 0x100=0x2a0000050001\n"
		    "long 42 /proc/42/exe: 0x200=0x2a0000050002\n"
		    "short 42 /proc/42/exe: 0x300=0x2a0000050003\n");
	assert_int_equal(stage.link_count, 3);
}

/* ---- failures ---- */

static void what_was_attached_before_a_failure_is_taken_back(void **state)
{
	static const enum kernel_attachment ways[] = { KERNEL_ATTACHMENT_MULTI,
						       KERNEL_ATTACHMENT_SINGLE };

	for (size_t i = 0; i < 2; i++) {
		set_up(NULL);
		stage.kernel.attachment = ways[i];
		stage.fails_at = 2;
		assert_int_equal(attach("/proc/42/exe", 3), -EMFILE);
		assert_null(stage.attachment);
		assert_int_equal(stage.link_count, 1);
		assert_int_equal(stage.destroyed[0], 1);
		assert_non_null(strstr(stage.told, "delete 42 of traced\n"));
		assert_non_null(strstr(stage.err.what, "too many files are open"));
		assert_int_equal(kernel_obstacle(&stage.kernel), OBSTACLE_OPEN_FILES);
	}
}

static void long_plans_need_their_program(void **state)
{
	stage.kernel.long_program = NULL;
	assert_int_equal(attach("/proc/42/exe", 3), -ENOEXEC);
	assert_int_equal(stage.link_count, 0);
	assert_null(stage.attachment);
}

static void a_process_that_cannot_be_entered_is_not_attached_to(void **state)
{
	stage.enter_code = -ENOMEM;
	assert_int_equal(attach("/proc/42/exe", 3), -ENOMEM);
	assert_int_equal(stage.link_count, 0);
	assert_null(stage.attachment);
}

/* ---- processes of a file ---- */

static void adopted_processes_are_traced_by_the_probes_of_their_file(void **state)
{
	assert_int_equal(kernel_adopt(&stage.kernel, PID, TARGET, &stage.attachment, NULL), 0);
	assert_told("enter 42 in traced\n");
	assert_int_equal(stage.entry,
			 (uint64_t)PID << TRACED_PROCESS_SHIFT | TARGET | TRACED_BY_FILE);
	assert_int_equal(stage.link_count, 0);
}

static void a_process_that_cannot_be_adopted_is_an_error(void **state)
{
	stage.enter_code = -E2BIG;
	assert_int_equal(kernel_adopt(&stage.kernel, PID, TARGET, &stage.attachment, &stage.err),
			 -E2BIG);
	assert_non_null(strstr(stage.err.what, "it cannot be added to the traced processes: "));
	assert_null(stage.attachment);
}

static void it_is_known_which_processes_are_traced(void **state)
{
	assert_true(kernel_traces(&stage.kernel, PID));
	assert_false(kernel_traces(&stage.kernel, PID + 1));
}

static void processes_are_dismissed_for_what_they_do(void **state)
{
	struct beginnings began = kernel_beginnings(&stage.kernel, PID);

	assert_int_equal(began.program, 7);
	assert_int_equal(began.listen, 8);
	kernel_dismiss(&stage.kernel, PID, &began);
	assert_told("enter 42 in dismissed newcomers\nenter 42 in dismissed listeners\n");
	kernel_dismiss(&stage.kernel, PID, &(struct beginnings){ .program = 7 });
	assert_told("enter 42 in dismissed newcomers\n");
	assert_int_equal(stage.entry, 7);
	began = kernel_beginnings(&stage.kernel, PID + 1);
	assert_int_equal(began.program + began.listen, 0);
}

/* ---- ends ---- */

static void a_process_is_withdrawn_once(void **state)
{
	assert_int_equal(attach("/proc/42/exe", 3), 0);
	stage.told[0] = '\0';
	attachment_withdraw(stage.attachment);
	assert_told("delete 42 of traced\n");
	assert_int_equal(stage.destroyed[0], 0);
	attachment_withdraw(stage.attachment);
	attachment_detach(stage.attachment);
	stage.attachment = NULL;
	assert_told("");
	attachment_withdraw(NULL);
	attachment_detach(NULL);
}

/* Between the two, something could begin whose end is not noticed. */
static void what_begins_is_detached_before_what_ends(void **state)
{
	static const struct attach_point mixed[] = {
		{ .file_offset = 1, .plan = 1 },
		{ .file_offset = 2, .plan = 2, .begins = true },
		{ .file_offset = 3, .plan = 3 },
		{ .file_offset = 4, .plan = 4, .is_long = true, .begins = true },
	};

	for (int way = KERNEL_ATTACHMENT_MULTI; way <= KERNEL_ATTACHMENT_SINGLE; way++) {
		set_up(NULL);
		stage.kernel.attachment = way;
		for (int i = 1; i < 4; i++)
			stage.kernel.own_programs.descriptors[i] = OWN_FD + i;
		assert_int_equal(kernel_attach_file(&stage.kernel, "/srv/shop", mixed, 4,
						    &stage.attachment, NULL),
				 0);
		assert_int_equal(stage.link_count, 4);
		attachment_detach(stage.attachment);
		stage.attachment = NULL;
		assert_true(stage.order[1] <= 2 && stage.order[3] <= 2);
		assert_true(stage.order[0] > 2 && stage.order[2] > 2);
	}
}

/* Also more links than there are threads. */
static void many_are_detached_at_once(void **state)
{
	static const size_t counts[] = { 0, 1, 3, 64, 65, 200 };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct attachment *attachments[200] = { NULL };

		set_up(NULL);
		for (size_t j = 0; j < counts[i]; j++)
			assert_int_equal(kernel_attach_file(&stage.kernel, "/srv/shop", points, 1,
							    &attachments[j], NULL),
					 0);
		attachments_detach(attachments, counts[i]);
		assert_int_equal(stage.link_count, counts[i]);
		for (size_t j = 0; j < counts[i]; j++)
			assert_int_equal(stage.destroyed[j], 1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(points_of_a_kind_share_a_link),
		TEST(plans_with_own_programs_have_own_links),
		TEST(programs_are_shared_when_there_are_many_links),
		TEST(programs_are_shared_where_descriptors_are_scarce),
		TEST(there_is_no_link_without_points),
		TEST(a_file_is_attached_to_without_a_process),
		TEST(perf_events_have_a_link_for_each_point),
		TEST(what_was_attached_before_a_failure_is_taken_back),
		TEST(long_plans_need_their_program),
		TEST(a_process_that_cannot_be_entered_is_not_attached_to),
		TEST(adopted_processes_are_traced_by_the_probes_of_their_file),
		TEST(a_process_that_cannot_be_adopted_is_an_error),
		TEST(it_is_known_which_processes_are_traced),
		TEST(processes_are_dismissed_for_what_they_do),
		TEST(a_process_is_withdrawn_once),
		TEST(what_begins_is_detached_before_what_ends),
		TEST(many_are_detached_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
