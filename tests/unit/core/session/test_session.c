/* SPDX-License-Identifier: MIT */
/*
 * Tests how a session is put together, when it ends, and what it reports at the end. This test replaces the
 * parts of a session.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "binary_cache.h"
#include "kernel_setup.h"
#include "open_list.h"
#include "privilege.h"
#include "request_captures.h"
#include "ring.h"
#include "session.h"
#include "step.h"

enum { THREAD = 43, PROCESS = 42, FAILING = 99 };

static struct {
	struct session *session;
	struct error err;
	struct session_summary summary;
	/* The behaviour of the parts. */
	const char *fails; /* the part that fails to open */
	bool watches;	   /* there are rules */
	bool is_full, no_more_targets, needs_admin;
	uint64_t lost_ends;
	struct event_log_counts counts;
	/* The calls of the parts. */
	char calls[1024]; /* each call is followed by a blank */
	char notices[2048];
	struct kernel_options kernel;
	struct privilege_needs needs;
	struct event_log_options log;
	struct watcher_options watcher;
	struct targets_options targets;
	struct ring_callbacks ring;
	uint64_t lost;
	unsigned steps;
	int64_t wall_offset;
	struct target_set set;
	uint32_t added;
} stage;

static void note(const char *call)
{
	strcat(strcat(stage.calls, call), " ");
}

static int open_part(const char *part, struct error *err)
{
	note(part);
	return stage.fails && strcmp(stage.fails, part) == 0 ?
		       error_fail(err, -EIO, "no %s", part) :
		       0;
}

/* ---- the parts, in the order in which they are opened ---- */

int record_clock_open(struct record_clock *ret_clock, struct error *err)
{
	*ret_clock = (struct record_clock){ 0 };
	return open_part("clock", err);
}

int64_t record_clock_wall_offset(const struct record_clock *clock)
{
	return 1234;
}

int event_log_open(const struct event_log_options *options, struct event_log **ret_event_log,
		   struct error *err)
{
	stage.log = *options;
	*ret_event_log = (struct event_log *)&stage;
	return open_part("log", err);
}

void event_log_close(struct event_log *event_log)
{
}

void event_log_destroy(struct event_log *event_log)
{
}

void event_log_event(struct event_log *event_log, const struct event *event)
{
	note("event");
}

void event_log_lost(struct event_log *event_log, uint64_t count)
{
	stage.lost = count;
}

void event_log_summarize(struct event_log *event_log)
{
	note("summary");
}

void event_log_flush(struct event_log *event_log)
{
	note("flush");
}

bool event_log_is_full(const struct event_log *event_log)
{
	return stage.is_full;
}

struct event_log_counts event_log_count(const struct event_log *event_log)
{
	return stage.counts;
}

struct sink_counts event_log_readers(const struct event_log *event_log)
{
	return (struct sink_counts){ .readers = 2, .lost = 3 };
}

int event_log_finish(struct event_log *event_log, struct error *err)
{
	return open_part("end", err);
}

int kernel_setup(const struct kernel_options *options, const struct notifier *notifier,
		 struct kernel **ret_kernel, struct error *err)
{
	stage.kernel = *options;
	*ret_kernel = (struct kernel *)&stage;
	return open_part("kernel", err);
}

int kernel_watch(struct kernel *kernel, struct error *err)
{
	return open_part("watch", err);
}

uint64_t kernel_filtered(const struct kernel *kernel)
{
	return 0;
}

bool kernel_needs_admin(const struct kernel *kernel)
{
	return stage.needs_admin;
}

int kernel_ring(const struct kernel *kernel)
{
	return 7;
}

uint32_t *kernel_reader_asleep(const struct kernel *kernel)
{
	return NULL;
}

void kernel_close(struct kernel *kernel)
{
}

void privilege_drop(const struct privilege_needs *needs)
{
	stage.needs = *needs;
	note("drop");
}

int binary_cache_create(const struct binary_cache_options *options, struct binary_cache **ret_cache,
			struct error *err)
{
	return open_part("cache", err);
}

void binary_cache_destroy(struct binary_cache *cache)
{
}

void binary_cache_detach_all(struct binary_cache *cache)
{
}

struct binary_cache_counts binary_cache_count(const struct binary_cache *cache)
{
	return (struct binary_cache_counts){
		.binaries = 4, .inspections = 5, .probes = 6, .probed_files = 7
	};
}

int type_learner_create(const struct type_learner_options *options,
			struct type_learner **ret_learner, struct error *err)
{
	return open_part("learner", err);
}

void type_learner_destroy(struct type_learner *learner)
{
}

int targets_create(const struct targets_options *options, struct targets **ret_targets,
		   struct error *err)
{
	stage.targets = *options;
	return open_part("targets", err);
}

void targets_destroy(struct targets *targets)
{
}

void targets_start_detacher(struct targets *targets)
{
	note("detacher");
}

void targets_detach_all(struct targets *targets)
{
}

const struct target_set *targets_set(const struct targets *targets)
{
	return &stage.set;
}

size_t targets_count_probes(const struct targets *targets)
{
	return 10;
}

int targets_add(struct targets *targets, uint32_t pid, struct target **ret_target,
		struct error *err)
{
	stage.added = pid;
	if (pid == FAILING)
		return error_fail(err, -EMFILE, "too many files");
	*ret_target = (struct target *)&stage;
	return 0;
}

int watcher_create(const struct watcher_options *options, struct watcher **ret_watcher,
		   struct error *err)
{
	stage.watcher = *options;
	return open_part("watcher", err);
}

void watcher_destroy(struct watcher *watcher)
{
}

bool watcher_is_open(const struct watcher *watcher)
{
	return stage.watches;
}

int watcher_start(struct watcher *watcher, struct error *err)
{
	return open_part("start", err);
}

int watcher_add_binary(struct watcher *watcher, const char *path, struct error *err)
{
	return error_fail(err, -EMFILE, "too many files");
}

int assembly_create(const struct target_set *targets, const struct assembly_callbacks *callbacks,
		    struct assembly **ret_assembly)
{
	return open_part("assembly", NULL);
}

void assembly_destroy(struct assembly *assembly)
{
}

void assembly_set_seed(struct assembly *assembly, uint64_t seed)
{
}

void assembly_set_wall_offset(struct assembly *assembly, int64_t wall_offset)
{
	stage.wall_offset = wall_offset;
}

void assembly_close(struct assembly *assembly)
{
	note("close");
}

uint32_t assembly_open_requests(const struct assembly *assembly)
{
	return 8;
}

void open_list_tell(const struct assembly *assembly, int64_t now, const struct notifier *notifier)
{
	note("open-list");
	/* This ends the test. */
	stage.log.full(stage.log.user);
}

int ring_open(struct uv_loop_s *loop, int map, uint32_t *asleep,
	      const struct ring_callbacks *callbacks, struct ring **ret_ring, struct error *err)
{
	assert_int_equal(map, 7);
	stage.ring = *callbacks;
	return open_part("ring", err);
}

void ring_close(struct ring *ring)
{
}

uint64_t losses_lost_ends(const struct losses *losses, const struct kernel *kernel)
{
	return stage.lost_ends;
}

uint64_t losses_of_ends(const struct losses *losses, const struct kernel *kernel,
			const struct assembly *assembly)
{
	return stage.lost_ends;
}

int step_create(const struct step_parts *parts, struct step **ret_step, struct error *err)
{
	return open_part("step", err);
}

void step_destroy(struct step *step)
{
}

void step_record(struct step *step, struct bytes record)
{
	note("record");
}

void step_attached(struct step *step, const struct target *target)
{
	note("attached");
}

void step_ended(struct step *step, struct target *target)
{
	note("ended");
}

bool step_run(struct step *step)
{
	stage.steps++;
	return !stage.no_more_targets;
}

void step_finish(struct step *step)
{
	note("finish");
}

uint32_t process_of_thread(uint32_t id)
{
	return id == THREAD ? PROCESS : id;
}

/* ---- sessions ---- */

static struct trace_spec spec;
static struct session_options options;

static void on_notice(void *user, enum notice_level level, const char *text)
{
	snprintf(stage.notices + strlen(stage.notices),
		 sizeof(stage.notices) - strlen(stage.notices), "%s\n", text);
}

static int set_up(void **state)
{
	memset(&stage, 0, sizeof(stage));
	spec = (struct trace_spec){ .values = { .max_string = 256 } };
	options = (struct session_options){ .spec = &spec,
					    .ring_size = 4096,
					    .notifier = { on_notice, NULL } };
	return 0;
}

static int tear_down(void **state)
{
	session_destroy(stage.session);
	return 0;
}

static void create(void)
{
	assert_int_equal(session_create(&options, &stage.session, &stage.err), 0);
	stage.calls[0] = '\0';
}

static void run(void)
{
	assert_int_equal(session_run(stage.session, &stage.summary, &stage.err), 0);
}

/* ---- opening ---- */

/* Capabilities are dropped when everything is open. Only then threads are started. */
static void all_parts_are_opened_in_their_order(void **state)
{
	assert_int_equal(session_create(&options, &stage.session, NULL), 0);
	assert_string_equal(stage.calls,
			    "clock log kernel cache targets watcher learner assembly ring "
			    "step watch drop detacher ");
}

static void what_was_opened_is_closed_where_a_part_fails(void **state)
{
	static const char *const parts[] = { "clock",	"log",	   "kernel",  "cache",
					     "targets", "watcher", "learner", "assembly",
					     "ring",	"step",	   "watch" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t size;

		set_up(NULL);
		stage.fails = parts[i];
		assert_int_equal(session_create(&options, &stage.session, &stage.err), -EIO);
		assert_null(stage.session);
		/* Nothing is opened after the part that failed. */
		size = strlen(stage.calls) - strlen(parts[i]) - 1;
		assert_memory_equal(stage.calls + size, parts[i], strlen(parts[i]));
	}
}

static void the_kernel_is_asked_for_what_the_options_need(void **state)
{
	static const struct request_captures captures;
	static const uint16_t ports[] = { 80 };

	create();
	assert_false(stage.kernel.watch_all);
	assert_false(stage.kernel.long_plans);
	assert_int_equal(stage.kernel.max_string, 256);
	assert_int_equal(stage.kernel.ring_size, 4096);
	session_destroy(stage.session);
	options.ports = ports;
	options.port_count = 1;
	create();
	assert_false(stage.kernel.watch_all);
	assert_int_equal(stage.kernel.port_count, 1);
	assert_int_equal(stage.watcher.rules.port_count, 1);
	for (int i = 0; i < 3; i++) {
		session_destroy(stage.session);
		options.all = i == 0;
		options.watches_binaries = i == 1;
		options.name_count = i == 2;
		create();
		assert_true(stage.kernel.watch_all);
	}
	session_destroy(stage.session);
	spec.function_count = 1;
	create();
	assert_true(stage.kernel.long_plans);
	session_destroy(stage.session);
	spec.function_count = 0;
	spec.requests = &captures;
	create();
	assert_true(stage.kernel.long_plans);
}

static void rights_to_files_are_kept_where_files_are_written(void **state)
{
	create();
	assert_false(stage.needs.files);
	assert_false(stage.needs.admin);
	session_destroy(stage.session);
	options.output_file = "lines";
	create();
	assert_true(stage.needs.files);
	session_destroy(stage.session);
	options.output_file = NULL;
	options.socket = "socket";
	stage.needs_admin = true;
	create();
	assert_true(stage.needs.files);
	assert_true(stage.needs.admin);
}

/* ---- targets ---- */

static void a_thread_stands_for_its_process(void **state)
{
	create();
	assert_int_equal(session_add_process(stage.session, PROCESS, NULL), 0);
	assert_string_equal(stage.notices, "");
	assert_int_equal(session_add_process(stage.session, THREAD, NULL), 0);
	assert_int_equal(stage.added, PROCESS);
	assert_string_equal(stage.notices,
			    "43 is a thread of process 42, which is traced as a whole\n");
	assert_string_equal(stage.calls, "attached attached ");
}

static void a_lack_of_descriptors_has_a_hint(void **state)
{
	struct error of_binary = { 0 };

	create();
	assert_int_equal(session_add_process(stage.session, FAILING, &stage.err), -EMFILE);
	assert_non_null(strstr(stage.err.hint, "raise the limit"));
	assert_string_equal(stage.calls, "");
	assert_int_equal(session_add_binary(stage.session, "/srv/shop", &of_binary), -EMFILE);
	assert_non_null(strstr(of_binary.hint, "raise the limit"));
}

static void discovering_takes_a_step_where_there_are_rules(void **state)
{
	create();
	assert_int_equal(session_discover(stage.session, NULL), 0);
	assert_int_equal(stage.steps, 0);
	assert_string_equal(stage.notices, "");
	stage.watches = true;
	assert_int_equal(session_discover(stage.session, NULL), 0);
	assert_int_equal(stage.steps, 1);
	assert_non_null(strstr(stage.notices, "no matching process yet"));
	stage.set.count = 1;
	stage.notices[0] = '\0';
	assert_int_equal(session_discover(stage.session, NULL), 0);
	assert_null(strstr(stage.notices, "no matching process yet"));
	stage.fails = "start";
	assert_int_equal(session_discover(stage.session, &stage.err), -EIO);
	assert_int_equal(stage.steps, 2);
}

/* ---- running ---- */

static void it_ends_when_no_target_is_left(void **state)
{
	create();
	stage.no_more_targets = true;
	stage.targets.ended(stage.targets.user, NULL);
	stage.counts = (struct event_log_counts){ .events = 3, .lost = 4, .targets = 5 };
	stage.lost_ends = 2;
	run();
	assert_string_equal(stage.calls, "ended finish close flush end ");
	assert_int_equal(stage.wall_offset, 1234);
	assert_int_equal(stage.lost, 2);
	assert_int_equal(stage.summary.events, 3);
	assert_int_equal(stage.summary.lost, 4);
	assert_int_equal(stage.summary.targets, 5);
	assert_false(stage.summary.interrupted);
}

/* When the requested number of requests was counted, open requests are not reported. */
static void it_ends_when_all_were_counted(void **state)
{
	create();
	stage.is_full = true;
	stage.log.full(stage.log.user);
	run();
	assert_string_equal(stage.calls, "finish flush end ");
}

static void it_ends_after_its_duration(void **state)
{
	options.duration = 1;
	create();
	run();
	assert_false(stage.summary.interrupted);
}

static void it_ends_by_a_signal(void **state)
{
	create();
	raise(SIGTERM);
	run();
	assert_true(stage.summary.interrupted);
}

static void events_that_cannot_be_written_are_its_error(void **state)
{
	create();
	stage.no_more_targets = true;
	stage.watcher.due(stage.watcher.user);
	stage.fails = "end";
	assert_int_equal(session_run(stage.session, &stage.summary, &stage.err), -EIO);
	assert_string_equal(stage.err.what, "no end");
}

static void records_go_to_the_step(void **state)
{
	create();
	stage.ring.record(stage.ring.user, (struct bytes){ 0 });
	stage.ring.due(stage.ring.user);
	assert_string_equal(stage.calls, "record ");
	assert_int_equal(stage.steps, 1);
}

static void a_signal_asks_how_things_stand(void **state)
{
	create();
	stage.set.count = 1;
	stage.counts = (struct event_log_counts){ .events = 11, .lost = 12 };
	raise(SIGUSR1);
	run();
	assert_non_null(strstr(stage.notices,
			       "targets 1, probes 16, files with probes 7, binaries known 4, "
			       "inspections 5, open requests 8, events 11, lost 12, readers 2, "
			       "lost by readers 3\n"));
	assert_non_null(strstr(stage.calls, "open-list "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_parts_are_opened_in_their_order),
		TEST(what_was_opened_is_closed_where_a_part_fails),
		TEST(the_kernel_is_asked_for_what_the_options_need),
		TEST(rights_to_files_are_kept_where_files_are_written),
		TEST(a_thread_stands_for_its_process),
		TEST(a_lack_of_descriptors_has_a_hint),
		TEST(discovering_takes_a_step_where_there_are_rules),
		TEST(it_ends_when_no_target_is_left),
		TEST(it_ends_when_all_were_counted),
		TEST(it_ends_after_its_duration),
		TEST(it_ends_by_a_signal),
		TEST(events_that_cannot_be_written_are_its_error),
		TEST(records_go_to_the_step),
		TEST(a_signal_asks_how_things_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
