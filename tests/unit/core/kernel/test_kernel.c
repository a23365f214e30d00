/* SPDX-License-Identifier: MIT */
/*
 * Loads the programs into the kernel, and explains the kernel's refusal. libbpf opens the real programs; this
 * test replaces every function of libbpf that calls the kernel.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <linux/capability.h>

#include <cmocka.h>

#include "kernel.h"

enum { ALL_PLANS = 1024, LONG_PLANS = 256, MAX_ATTEMPTS = 4, LOG_BYTES = (16 << 20) - 1 };

#define CAPABILITIES (1ull << CAP_BPF | 1ull << CAP_PERFMON | 1ull << CAP_SYS_ADMIN)

static struct {
	struct kernel_facts facts;
	struct kernel_features features;
	struct kernel_options options;
	struct kernel *kernel;
	struct kernel_failure failure;
	struct error err;
	/* The answers of the kernel. */
	int codes[MAX_ATTEMPTS]; /* of each attempt to load, in order */
	const char *log;	 /* what the verifier writes if it refuses */
	int install_code, watch_code;
	/* What the kernel was asked for. */
	size_t attempts;
	struct bpf_object_skeleton *skeleton; /* of the last attempt */
	char programs[MAX_ATTEMPTS][256];     /* of each attempt, with a blank after each */
	uint32_t installed;		      /* the plan that was installed last */
	char watched[256];
	size_t watches_ended;
} stage;

/* ---- the kernel ---- */

static void note_programs(struct bpf_object_skeleton *skeleton, char *names)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, *skeleton->obj) {
		if (bpf_program__autoload(program))
			strcat(strcat(names, bpf_program__name(program)), " ");
	}
}

static void write_log(struct bpf_object_skeleton *skeleton)
{
	struct bpf_program *program = bpf_object__next_program(*skeleton->obj, NULL);
	size_t size;
	const char *log = bpf_program__log_buf(program, &size);

	assert_int_equal(size, LOG_BYTES);
	strcpy((char *)(uintptr_t)log, stage.log);
}

int bpf_object__load_skeleton(struct bpf_object_skeleton *skeleton)
{
	int code = stage.codes[stage.attempts];

	stage.skeleton = skeleton;
	note_programs(skeleton, stage.programs[stage.attempts++]);
	if (code < 0 && stage.log)
		write_log(skeleton);
	return code;
}

int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	memcpy(&stage.installed, key, sizeof(stage.installed));
	errno = -stage.install_code;
	return stage.install_code;
}

int bpf_prog_get_info_by_fd(int fd, struct bpf_prog_info *info, __u32 *size)
{
	info->recursion_misses = 3;
	return 0;
}

struct bpf_link *bpf_program__attach(const struct bpf_program *program)
{
	strcat(strcat(stage.watched, bpf_program__name(program)), " ");
	errno = -stage.watch_code;
	return stage.watch_code ? NULL : (struct bpf_link *)&stage;
}

int bpf_link__destroy(struct bpf_link *link)
{
	stage.watches_ended += link != NULL;
	return 0;
}

/* ---- the loaded programs ---- */

static const struct bpf_map *map_of(const char *name)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(*stage.skeleton->obj, name);

	assert_non_null(map);
	return map;
}

/* A global variable of the programs; `section` is ".rodata" or ".bss". */
static void *variable(const char *section, const char *name)
{
	const struct btf *btf = bpf_object__btf(*stage.skeleton->obj);
	const struct btf_type *type =
		btf__type_by_id(btf, (__u32)btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC));
	const struct btf_var_secinfo *variables = btf_var_secinfos(type);
	struct bpf_map *map = NULL;
	size_t size;

	bpf_object__for_each_map(map, *stage.skeleton->obj) {
		if (strstr(bpf_map__name(map), section))
			break;
	}
	for (int i = 0; i < btf_vlen(type); i++) {
		const struct btf_type *one = btf__type_by_id(btf, variables[i].type);

		if (strcmp(btf__name_by_offset(btf, one->name_off), name) == 0)
			return (char *)bpf_map__initial_value(map, &size) + variables[i].offset;
	}
	fail_msg("no variable %s", name);
	return NULL;
}

static uint32_t word(const char *name)
{
	return *(uint32_t *)variable(".rodata", name);
}

static bool flag(const char *name)
{
	return *(bool *)variable(".rodata", name);
}

/* ---- machines ---- */

static int set_up(void **state)
{
	memset(&stage, 0, sizeof(stage));
	stage.facts = (struct kernel_facts){
		.has_proc = true,
		.has_own_proc = true,
		.has_sysfs = true,
		.capabilities = CAPABILITIES,
		.lockable_memory = UINT64_MAX,
	};
	stage.features = (struct kernel_features){
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
	stage.options = (struct kernel_options){
		.facts = &stage.facts,
		.features = &stage.features,
		.max_string = 256,
		.ring_size = 1 << 20,
	};
	return 0;
}

static int open_kernel(void)
{
	return kernel_open(&stage.options, &stage.kernel, &stage.failure, &stage.err);
}

static int close_kernel(void **state)
{
	kernel_close(stage.kernel);
	return 0;
}

/* ---- loading ---- */

static void what_is_not_asked_for_is_not_loaded(void **state)
{
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(stage.attempts, 1);
	assert_string_equal(stage.programs[0],
			    "note_exec hit_multi_sleepable hit_compiled_multi_sleepable ");
	assert_false(flag("watch_all"));
	assert_int_equal(word("port_count"), 0);
	assert_int_equal(bpf_map__max_entries(map_of("plans")), ALL_PLANS);
	assert_true(bpf_map__value_size(map_of("plans")) < sizeof(struct plan));
	assert_int_equal(bpf_map__max_entries(map_of("ring")), 1 << 20);
}

static void long_plans_have_a_program_and_room(void **state)
{
	stage.options.long_plans = true;
	assert_int_equal(open_kernel(), 0);
	assert_string_equal(stage.programs[0],
			    "note_exec hit_multi_sleepable hit_long_multi_sleepable "
			    "hit_compiled_multi_sleepable ");
	assert_int_equal(bpf_map__max_entries(map_of("plans")), LONG_PLANS);
	assert_int_equal(bpf_map__value_size(map_of("plans")), sizeof(struct plan));
}

static void there_is_room_for_as_many_plans_as_asked_for(void **state)
{
	static const struct {
		uint32_t plans, room;
	} rows[] = { { 0, LONG_PLANS },
		     { 64, 64 + LONG_PLANS },
		     { 10000, 10000 + LONG_PLANS },
		     { UINT32_MAX, PLANS_MAX } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set_up(NULL);
		stage.options.long_plans = true;
		stage.options.plans = rows[i].plans;
		assert_int_equal(open_kernel(), 0);
		assert_int_equal(bpf_map__max_entries(map_of("plans")), rows[i].room);
		kernel_close(stage.kernel);
		stage.kernel = NULL;
	}
}

static void ports_are_watched(void **state)
{
	static const uint16_t ports[] = { 80, 8080 };
	const uint16_t *watched;

	stage.options.ports = ports;
	stage.options.port_count = 2;
	stage.options.watch_all = true;
	assert_int_equal(open_kernel(), 0);
	assert_string_equal(
		stage.programs[0],
		"note_exec note_listen hit_multi_sleepable hit_compiled_multi_sleepable ");
	assert_true(flag("watch_all"));
	assert_int_equal(word("port_count"), 2);
	watched = variable(".rodata", "ports");
	assert_int_equal(watched[0], 80);
	assert_int_equal(watched[1], 8080);
	assert_int_equal(watched[2], 0);
}

/* A record has room for seven of the longest strings. */
static void records_have_room_for_long_strings(void **state)
{
	uint32_t small;

	assert_int_equal(open_kernel(), 0);
	assert_int_equal(word("payload_size"), 7 * 256);
	small = bpf_map__value_size(map_of("scratches"));
	assert_true(bpf_map__max_entries(map_of("scratches")) >
		    (uint32_t)libbpf_num_possible_cpus());
	kernel_close(stage.kernel);
	stage.options.max_string = 1024;
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(word("payload_size"), 7 * 1024);
	assert_int_equal(bpf_map__value_size(map_of("scratches")), small + 7 * (1024 - 256));
}

static void the_kernel_is_told_whose_ids_are_meant(void **state)
{
	const ino_t initial = 0xeffffffc;
	struct stat status;

	assert_int_equal(stat("/proc/self/ns/pid", &status), 0);
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(word("pid_namespace"), status.st_ino == initial ? 0 : status.st_ino);
}

/* ---- ways to attach ---- */

static void each_way_has_its_programs(void **state)
{
	static const struct {
		enum kernel_attachment way;
		const char *programs, *name;
		bool can_sleep, allocates_at_once, needs_admin;
	} rows[] = {
		{ KERNEL_ATTACHMENT_MULTI,
		  "note_exec hit_multi_sleepable hit_long_multi_sleepable "
		  "hit_compiled_multi_sleepable ",
		  "uprobe_multi", true, false, false },
		{ KERNEL_ATTACHMENT_SINGLE_SLEEPABLE,
		  "note_exec hit_single_sleepable hit_long_single_sleepable ", "perf-event uprobes",
		  true, true, true },
		{ KERNEL_ATTACHMENT_SINGLE, "note_exec hit_single hit_long_single ",
		  "perf-event uprobes, not sleepable", false, true, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set_up(NULL);
		stage.options.attachment = rows[i].way;
		stage.options.long_plans = true;
		assert_int_equal(open_kernel(), 0);
		assert_string_equal(stage.programs[0], rows[i].programs);
		assert_int_equal(flag("may_sleep"), rows[i].can_sleep);
		assert_int_equal(bpf_map__map_flags(map_of("traced")) == 0,
				 rows[i].allocates_at_once);
		assert_string_equal(kernel_attachment_name(stage.kernel), rows[i].name);
		assert_int_equal(kernel_can_sleep(stage.kernel), rows[i].can_sleep);
		assert_int_equal(kernel_needs_admin(stage.kernel), rows[i].needs_admin);
		kernel_close(stage.kernel);
		stage.kernel = NULL;
	}
}

static void perf_events_need_a_right_unless_the_kernel_says_no(void **state)
{
	stage.options.attachment = KERNEL_ATTACHMENT_SINGLE;
	stage.features.perf_needs_admin = ANSWER_UNKNOWN;
	assert_int_equal(open_kernel(), 0);
	assert_true(kernel_needs_admin(stage.kernel));
	kernel_close(stage.kernel);
	stage.features.perf_needs_admin = ANSWER_NO;
	assert_int_equal(open_kernel(), 0);
	assert_false(kernel_needs_admin(stage.kernel));
}

static void the_next_way_is_tried_where_one_fails(void **state)
{
	stage.codes[0] = -EINVAL;
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(stage.attempts, 2);
	assert_string_equal(kernel_attachment_name(stage.kernel), "perf-event uprobes");
	kernel_close(stage.kernel);
	set_up(NULL);
	stage.codes[0] = stage.codes[1] = -EINVAL;
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(stage.attempts, 3);
	assert_false(kernel_can_sleep(stage.kernel));
}

static void a_way_that_the_kernel_lacks_is_not_tried(void **state)
{
	stage.features.multi_links = ANSWER_NO;
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(stage.attempts, 1);
	assert_string_equal(stage.programs[0], "note_exec hit_single_sleepable ");
	kernel_close(stage.kernel);
	stage.kernel = NULL;
	stage.options.attachment = KERNEL_ATTACHMENT_MULTI;
	assert_int_equal(open_kernel(), -EOPNOTSUPP);
	assert_int_equal(stage.attempts, 1);
	assert_int_equal(stage.failure.obstacle, OBSTACLE_NO_MULTI_LINKS);
}

/* ---- refusals ---- */

static void refuse_all(int code)
{
	for (size_t i = 0; i < MAX_ATTEMPTS; i++)
		stage.codes[i] = code;
}

static void of_several_refusals_the_first_is_told(void **state)
{
	refuse_all(-EIO);
	stage.codes[0] = -ENOMEM;
	assert_int_equal(open_kernel(), -ENOMEM);
	assert_null(stage.kernel);
	assert_int_equal(stage.attempts, 3);
	assert_int_equal(stage.failure.obstacle, OBSTACLE_MEMORY);
	assert_non_null(strstr(stage.err.what, "the kernel is out of memory"));
}

/* If another way fails, the reason is not that the kernel lacks the newest way. */
static void a_missing_way_is_no_reason(void **state)
{
	stage.features.multi_links = ANSWER_NO;
	refuse_all(-EIO);
	stage.codes[0] = -ENOMEM;
	assert_int_equal(open_kernel(), -ENOMEM);
	assert_int_equal(stage.attempts, 2);
	assert_int_equal(stage.failure.obstacle, OBSTACLE_MEMORY);
}

/* If the kernel permits nothing, no other way is tried. */
static void a_lack_of_rights_ends_the_search(void **state)
{
	refuse_all(-EPERM);
	assert_int_equal(open_kernel(), -EPERM);
	assert_int_equal(stage.attempts, 1);
}

static void the_verifier_is_quoted(void **state)
{
	refuse_all(-EINVAL);
	stage.log = "0: R1=ctx()\nR1 is not a pointer\n";
	assert_int_equal(open_kernel(), -EINVAL);
	assert_int_equal(stage.failure.obstacle, OBSTACLE_VERIFIER);
	assert_string_equal(stage.failure.verifier, "0: R1=ctx()\nR1 is not a pointer");
	assert_non_null(strstr(stage.err.what, "R1 is not a pointer"));
}

static void a_log_that_is_too_long_says_nothing(void **state)
{
	refuse_all(-ENOSPC);
	stage.log = "R1 is not a pointer\n";
	assert_int_equal(open_kernel(), -ENOSPC);
	assert_null(strstr(stage.err.what, "R1 is not a pointer"));
	assert_non_null(strstr(stage.err.what, "its log has more than 16777215 bytes"));
	set_up(NULL);
	refuse_all(-ENOSPC);
	assert_int_equal(open_kernel(), -ENOSPC);
	assert_null(strstr(stage.err.what, "its log"));
}

static void nothing_is_loaded_where_processes_cannot_be_found(void **state)
{
	stage.facts.has_proc = false;
	assert_int_equal(open_kernel(), -ENOENT);
	assert_int_equal(stage.failure.obstacle, OBSTACLE_NO_PROC);
	assert_int_equal(stage.attempts, 0);
}

/* ---- plans ---- */

static void plans_get_the_lowest_free_number(void **state)
{
	static const struct plan plan;

	assert_int_equal(open_kernel(), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(kernel_install(stage.kernel, &plan, NULL), i);
		assert_int_equal(stage.installed, i);
	}
	kernel_uninstall(stage.kernel, 1);
	assert_int_equal(kernel_install(stage.kernel, &plan, NULL), 1);
	assert_int_equal(kernel_install(stage.kernel, &plan, NULL), 3);
}

static void plans_that_the_kernel_refuses_take_no_number(void **state)
{
	static const struct plan plan;

	assert_int_equal(open_kernel(), 0);
	stage.install_code = -E2BIG;
	assert_int_equal(kernel_install(stage.kernel, &plan, &stage.err), -E2BIG);
	assert_non_null(strstr(stage.err.what, "a plan cannot be installed: "));
	stage.install_code = 0;
	assert_int_equal(kernel_install(stage.kernel, &plan, NULL), 0);
}

static void plans_are_limited(void **state)
{
	static const struct plan plan;

	stage.options.long_plans = true;
	assert_int_equal(open_kernel(), 0);
	for (int i = 0; i < LONG_PLANS; i++)
		assert_int_equal(kernel_install(stage.kernel, &plan, NULL), i);
	assert_int_equal(kernel_install(stage.kernel, &plan, &stage.err), -ENOSPC);
	assert_string_equal(stage.err.what, "more than 256 different probes");
}

/* ---- watching ---- */

static void processes_are_watched_until_the_end(void **state)
{
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(kernel_watch(stage.kernel, NULL), 0);
	assert_string_equal(stage.watched, "note_exec ");
	kernel_close(stage.kernel);
	stage.kernel = NULL;
	assert_int_equal(stage.watches_ended, 1);
}

static void ports_are_watched_beside_them(void **state)
{
	static const uint16_t port = 80;

	stage.options.ports = &port;
	stage.options.port_count = 1;
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(kernel_watch(stage.kernel, NULL), 0);
	assert_string_equal(stage.watched, "note_exec note_listen ");
}

static void a_kernel_that_cannot_be_watched_is_explained(void **state)
{
	static const uint16_t port = 80;

	stage.options.ports = &port;
	stage.options.port_count = 1;
	assert_int_equal(open_kernel(), 0);
	stage.watch_code = -EMFILE;
	assert_int_equal(kernel_watch(stage.kernel, &stage.err), -EMFILE);
	assert_string_equal(stage.watched, "note_exec ");
	assert_int_equal(kernel_obstacle(stage.kernel), OBSTACLE_OPEN_FILES);
}

/* ---- losses ---- */

static void losses_are_those_that_the_programs_count(void **state)
{
	static const uint16_t port = 80;

	assert_int_equal(open_kernel(), 0);
	((uint64_t *)variable(".bss", "lost"))[PLAN_ROLE_END] = 7;
	*(uint64_t *)variable(".bss", "lost_processes") = 10;
	assert_int_equal(kernel_lost(stage.kernel, PLAN_ROLE_END), 7);
	assert_int_equal(kernel_lost(stage.kernel, PLAN_ROLE_START), 0);
	/* Runs of loaded programs that the kernel skipped are counted as well. */
	assert_int_equal(kernel_lost_processes(stage.kernel), 13);
	kernel_close(stage.kernel);
	stage.options.ports = &port;
	stage.options.port_count = 1;
	assert_int_equal(open_kernel(), 0);
	assert_int_equal(kernel_lost_processes(stage.kernel), 6);
}

static void the_reader_and_the_programs_share_a_word(void **state)
{
	assert_int_equal(open_kernel(), 0);
	assert_ptr_equal(kernel_reader_asleep(stage.kernel), variable(".bss", "reader_asleep"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, close_kernel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_asked_for_is_not_loaded),
		TEST(long_plans_have_a_program_and_room),
		TEST(there_is_room_for_as_many_plans_as_asked_for),
		TEST(ports_are_watched),
		TEST(records_have_room_for_long_strings),
		TEST(the_kernel_is_told_whose_ids_are_meant),
		TEST(each_way_has_its_programs),
		TEST(perf_events_need_a_right_unless_the_kernel_says_no),
		TEST(the_next_way_is_tried_where_one_fails),
		TEST(a_way_that_the_kernel_lacks_is_not_tried),
		TEST(of_several_refusals_the_first_is_told),
		TEST(a_missing_way_is_no_reason),
		TEST(a_lack_of_rights_ends_the_search),
		TEST(the_verifier_is_quoted),
		TEST(a_log_that_is_too_long_says_nothing),
		TEST(nothing_is_loaded_where_processes_cannot_be_found),
		TEST(plans_get_the_lowest_free_number),
		TEST(plans_that_the_kernel_refuses_take_no_number),
		TEST(plans_are_limited),
		TEST(processes_are_watched_until_the_end),
		TEST(ports_are_watched_beside_them),
		TEST(a_kernel_that_cannot_be_watched_is_explained),
		TEST(losses_are_those_that_the_programs_count),
		TEST(the_reader_and_the_programs_share_a_word),
	};

	libbpf_set_print(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
