/* SPDX-License-Identifier: MIT */
/* Decides which processes become targets: those of notifications, and those of a scan of all processes. */
#include "watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include <linux/types.h>

#include "array.h"
#include "candidate.h"
#include "contract.h"
#include "deployments.h"
#include "file_limit.h"

enum {
	/* If there are more notifications between two reads of the ring, all processes are scanned instead. */
	MAX_PENDING_NOTIFICATIONS = 4096,
	/* Milliseconds until processes that were skipped because of a shortage are examined again: regularly, */
	RETRY_INTERVAL = 1000,
	/* and after a target has ended, when the kernel has freed its probes. */
	RETRY_SOON = 100,
};

/* A notification that was not handled yet, or not completely. */
struct pending_notification {
	struct process_notification notification;
	bool was_target; /* the process was a target when the notification arrived, and that target has ended */
};

struct watcher {
	struct watcher_options options; /* `rules.binaries` is our own array, */
	struct wanted_binary *binaries; /* owned */
	struct deployments *deployments;
	struct pending_notification pending[MAX_PENDING_NOTIFICATIONS];
	size_t pending_count, acted; /* number of notifications that were handled */
	uint32_t *scan;		     /* the processes of a scan, handled one after another */
	size_t scan_count, scanned;
	bool scan_is_due;
	bool warned;	   /* that some processes cannot be inspected was reported */
	bool starved;	   /* processes were skipped because descriptors or memory ran out */
	bool told_starved; /* and this was reported */
	bool retries_soon; /* a target has ended since */
	uv_timer_t retry;
	bool overflowed;	 /* notifications were discarded, or must be handled again */
	uint64_t lost_processes; /* value of kernel_lost_processes() at the last scan */
};

static void on_appeared(void *user, const char *path);

static void watcher_on_retry(uv_timer_t *retry)
{
	struct watcher *watcher = retry->data;

	watcher->overflowed = true;
	watcher->retries_soon = false;
	watcher->options.due(watcher->options.user);
}

int watcher_create(const struct watcher_options *options, struct watcher **ret_watcher,
		   struct error *err)
{
	struct watcher *watcher = calloc(1, sizeof(*watcher));

	if (!watcher)
		return error_fail(err, -ENOMEM, "out of memory");
	watcher->options = *options;
	uv_timer_init(options->loop, &watcher->retry);
	watcher->retry.data = watcher;
	/* This may fail: then files are only inspected when a process starts. */
	watcher->deployments = deployments_create(options->loop, on_appeared, watcher);
	*ret_watcher = watcher;
	return 0;
}

static void watcher_on_handle_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void watcher_destroy(struct watcher *watcher)
{
	if (!watcher)
		return;
	for (size_t i = 0; i < watcher->options.rules.binary_count; i++)
		binary_cache_release(watcher->binaries[i].prepared);
	deployments_destroy(watcher->deployments);
	free(watcher->binaries);
	free(watcher->scan);
	uv_close((uv_handle_t *)&watcher->retry, watcher_on_handle_closed);
}

bool watcher_is_open(const struct watcher *watcher)
{
	return discovery_has_rules(&watcher->options.rules);
}

static int add_binary(struct watcher *watcher, const struct wanted_binary *binary)
{
	size_t count = watcher->options.rules.binary_count;
	struct wanted_binary *binaries = array_grow(watcher->binaries, count, sizeof(*binaries));

	if (!binaries)
		return -ENOMEM;
	binaries[count] = *binary;
	watcher->binaries = binaries;
	watcher->options.rules.binaries = binaries;
	watcher->options.rules.binary_count++;
	return 0;
}

int watcher_add_binary(struct watcher *watcher, const char *path, struct error *err)
{
	struct wanted_binary binary = { .path = path };
	int r = binary_cache_prepare(watcher->options.cache, path, &binary.prepared, err);

	if (r < 0)
		return r;
	r = add_binary(watcher, &binary);
	if (r < 0) {
		binary_cache_release(binary.prepared);
		return error_fail(err, r, "out of memory");
	}
	deployments_watch(watcher->deployments, path);
	return 0;
}

/* A named file was replaced: prepares the new file and releases the old one. */
static void prepare_anew(struct watcher *watcher, struct wanted_binary *wanted)
{
	struct known_binary *binary;

	if (binary_cache_prepare(watcher->options.cache, wanted->path, &binary, NULL) < 0)
		return;
	binary_cache_release(wanted->prepared);
	wanted->prepared = binary;
}

static bool same_file(const char *path, const struct file_identity *file)
{
	struct file_identity other;

	return file_identity_read(path, &other) == 0 && file_identity_equal(&other, file);
}

/* A file that appears in the directory of a traced program may be started next, also on the same port. */
static void on_appeared(void *user, const char *path)
{
	struct watcher *watcher = user;
	struct file_identity file;

	if (!file_is_executable(path) || file_identity_read(path, &file) < 0)
		return;
	for (size_t i = 0; i < watcher->options.rules.binary_count; i++) {
		if (same_file(watcher->binaries[i].path, &file)) {
			prepare_anew(watcher, &watcher->binaries[i]);
			return;
		}
	}
	if (watcher->options.rules.port_count ||
	    discovery_wants_file(&watcher->options.rules, path, &file))
		binary_cache_prepare_matched(watcher->options.cache, path, &file);
}

static void note_shortage(struct watcher *watcher)
{
	watcher->starved = true;
	if (!uv_is_active((uv_handle_t *)&watcher->retry))
		uv_timer_start(&watcher->retry, watcher_on_retry, RETRY_INTERVAL, 0);
}

/* If file descriptors or memory run out, many processes may be skipped: only the first is reported. */
static void watcher_refuse(struct watcher *watcher, struct error *why, bool named)
{
	bool shortage = error_is_shortage(why->code);

	if (shortage) {
		note_shortage(watcher);
		file_limit_hint(why);
	}
	if (shortage && watcher->told_starved)
		return;
	watcher->told_starved |= shortage;
	notice_error(watcher->options.notifier, named || shortage ? NOTICE_ERROR : NOTICE_DEBUG,
		     why);
}

static void attach_candidate(struct watcher *watcher, struct candidate *candidate,
			     struct finding *finding)
{
	struct error why = { 0 };
	int r = candidate_attach(candidate, watcher->options.targets, finding, &why);

	/* For a process in a container, its path may lead to another place here. Then nothing is observed. */
	if (r == 0)
		deployments_watch(watcher->deployments, candidate->process.exe);
	else if (r != -ESRCH && r != -EALREADY)
		watcher_refuse(watcher, &why, candidate->named);
}

/* Skips processes that must not be inspected; a notice at the start said that there may be some. */
static void watcher_examine(struct watcher *watcher,
			    const struct process_notification *notification,
			    struct finding *finding)
{
	const struct discovery_rules *rules = &watcher->options.rules;
	bool by_port = notification->kind == RECORD_LISTEN &&
		       discovery_wants_port(rules, notification->port);
	struct candidate candidate;
	struct error why = { 0 };
	int r = candidate_open_noticed(watcher->options.kernel, notification->pid, &candidate,
				       finding, &why);

	if (error_is_shortage(r))
		watcher_refuse(watcher, &why, true);
	if (r < 0)
		return;
	candidate.has_loaded = by_port;
	candidate.named = by_port || candidate_is_named(&candidate, rules);
	if (by_port || discovery_wants(rules, &candidate.process))
		attach_candidate(watcher, &candidate, finding);
	else
		candidate_discard(&candidate, watcher->options.cache, finding);
	candidate_close(&candidate);
}

/* Reports once that some processes cannot be inspected. */
static void warn_of_hidden(struct watcher *watcher)
{
	struct error why = { 0 };

	if (watcher->warned)
		return;
	watcher->warned = true;
	if (discovery_hides(&watcher->options.rules, &why))
		notice_error(watcher->options.notifier, NOTICE_INFO, &why);
}

/* Skips processes that must not be inspected or have ended. */
static void look_for(struct watcher *watcher, uint32_t pid, struct finding *finding)
{
	const struct discovery_rules *rules = &watcher->options.rules;
	struct candidate candidate;
	struct error why = { 0 };
	int r = candidate_open(watcher->options.kernel, pid, &candidate, &why);

	if (error_is_shortage(r))
		watcher_refuse(watcher, &why, true);
	if (r < 0)
		return;
	candidate.has_loaded = true;
	candidate.named = rules->port_count || candidate_is_named(&candidate, rules);
	r = discovery_wants_now(rules, &candidate.process, &why);
	if (r < 0)
		watcher_refuse(watcher, &why, true);
	else if (r)
		attach_candidate(watcher, &candidate, finding);
	candidate_close(&candidate);
}

static void end_scan(struct watcher *watcher)
{
	free(watcher->scan);
	watcher->scan = NULL;
	watcher->scan_count = watcher->scanned = 0;
}

/* Lists all processes for a scan. Those that already are targets stay targets. */
static int list_processes(struct watcher *watcher, struct error *err)
{
	int r;

	end_scan(watcher);
	r = process_list(&watcher->scan, &watcher->scan_count, err);
	if (r == 0)
		warn_of_hidden(watcher);
	return r;
}

int watcher_start(struct watcher *watcher, struct error *err)
{
	return watcher_is_open(watcher) ? list_processes(watcher, err) : 0;
}

bool watcher_note(struct watcher *watcher, const struct process_notification *notification)
{
	if (watcher->pending_count == MAX_PENDING_NOTIFICATIONS) {
		watcher->overflowed = true;
		return false;
	}
	watcher->pending[watcher->pending_count++] =
		(struct pending_notification){ .notification = *notification };
	return true;
}

static void add_again(struct watcher *watcher, uint32_t pid, struct finding *finding)
{
	struct error why = { 0 };

	if (targets_add(watcher->options.targets, pid, &finding->attached, &why) < 0)
		notice_error(watcher->options.notifier, NOTICE_ERROR, &why);
}

/*
 * A target that runs another program now has ended, which is reported first. Then its process may match again. A
 * notification from before the process became this target has no effect: a shell that starts a server runs two
 * programs within a short time.
 */
static void watcher_act_on(struct watcher *watcher, struct pending_notification *pending,
			   struct finding *finding)
{
	const struct process_notification *notification = &pending->notification;
	bool is_known = notification->kind == RECORD_EXEC &&
			kernel_traces(watcher->options.kernel, notification->pid);

	if (notification->kind == RECORD_EXEC && !is_known)
		finding->ended = targets_withdraw(watcher->options.targets, notification->pid);
	if (finding->ended) {
		pending->was_target = true;
		return;
	}
	watcher->acted++;
	if (is_known)
		return;
	if (watcher_is_open(watcher))
		watcher_examine(watcher, notification, finding);
	else if (pending->was_target)
		add_again(watcher, notification->pid, finding);
}

void watcher_retry(struct watcher *watcher)
{
	/* Many ends one after the other must not put it off again and again. */
	if (!watcher->starved || watcher->retries_soon)
		return;
	watcher->retries_soon = true;
	uv_timer_start(&watcher->retry, watcher_on_retry, RETRY_SOON, 0);
}

bool watcher_expects(const struct watcher *watcher, uint32_t pid)
{
	for (size_t i = watcher->acted; i < watcher->pending_count; i++) {
		const struct process_notification *notification = &watcher->pending[i].notification;

		if (notification->kind == RECORD_EXEC && notification->pid == pid)
			return true;
	}
	return false;
}

/* A target that the eBPF side does not have in its map any more runs another program. */
static void suspect_targets(struct watcher *watcher)
{
	const struct target_set *targets = targets_set(watcher->options.targets);

	for (size_t i = 0; i < targets->count; i++) {
		uint32_t pid = target_identity(targets->targets[i])->pid;

		if (!target_is_withdrawn(targets->targets[i]) &&
		    !kernel_traces(watcher->options.kernel, pid))
			watcher_note(watcher,
				     &(struct process_notification){ RECORD_EXEC, pid, 0 });
	}
}

void watcher_begin(struct watcher *watcher)
{
	uint64_t lost = kernel_lost_processes(watcher->options.kernel);

	if (!watcher->overflowed && lost == watcher->lost_processes)
		return;
	suspect_targets(watcher);
	watcher->lost_processes = lost;
	watcher->scan_is_due = true;
}

/* After the scan every matching process is traced, except those that were skipped again. */
static void begin_scan(struct watcher *watcher)
{
	watcher->scan_is_due = false;
	watcher->overflowed = false;
	watcher->starved = false;
	if (watcher_is_open(watcher) && list_processes(watcher, NULL) < 0)
		note_shortage(watcher);
}

bool watcher_next(struct watcher *watcher, struct finding *ret_finding)
{
	*ret_finding = (struct finding){ 0 };
	if (watcher->acted < watcher->pending_count) {
		watcher_act_on(watcher, &watcher->pending[watcher->acted], ret_finding);
		return true;
	}
	watcher->pending_count = watcher->acted = 0;
	if (watcher->scan_is_due)
		begin_scan(watcher);
	if (watcher->scanned == watcher->scan_count) {
		end_scan(watcher);
		if (!watcher->starved)
			watcher->told_starved = false;
		return false;
	}
	look_for(watcher, watcher->scan[watcher->scanned++], ret_finding);
	return true;
}
