/* SPDX-License-Identifier: MIT */
#include "lookout.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include <linux/types.h>

#include "contract.h"
#include "deployments.h"
#include "file_limit.h"
#include "privilege.h"

enum {
	/* More than this between two looks at the ring is made up for by a look at all processes. */
	MAX_PENDING_NEWS = 4096,
	/* Milliseconds until processes that were passed over for a shortage are looked at again: now and then, */
	RETRY_INTERVAL = 1000,
	/* and after a target has ended, by when the kernel has let go of its probes. */
	RETRY_SOON = 100,
};

/* News that was not acted on yet, or not to its end. */
struct pending_news {
	struct process_news news;
	bool was_target; /* the process was one when it came, and that target has ended */
};

struct lookout {
	struct lookout_options options; /* `rules.binaries` is our own array, */
	struct wanted_binary *binaries; /* this one */
	struct deployments *deployments;
	struct pending_news pending[MAX_PENDING_NEWS];
	size_t pending_count, acted; /* so many of them were acted on */
	uint32_t *scan;		     /* the processes that are looked at, one after the other */
	size_t scan_count, scanned;
	bool scan_is_due;
	bool warned;	   /* of processes that cannot be looked at */
	bool starved;	   /* processes were passed over for a shortage of descriptors or memory */
	bool told_starved; /* and that was said */
	uv_timer_t retry;
	bool overflowed;	 /* news went unremembered, or has to be looked at again */
	uint64_t lost_processes; /* of kernel_lost_processes(), that was made up for */
};

static void on_appeared(void *user, const char *path);

static void on_retry(uv_timer_t *retry)
{
	struct lookout *lookout = retry->data;

	lookout->overflowed = true;
	lookout->options.due(lookout->options.user);
}

int lookout_create(const struct lookout_options *options, struct lookout **ret_lookout,
		   struct error *err)
{
	struct lookout *lookout = calloc(1, sizeof(*lookout));

	if (!lookout)
		return error_fail(err, -ENOMEM, "out of memory");
	lookout->options = *options;
	uv_timer_init(options->loop, &lookout->retry);
	lookout->retry.data = lookout;
	/* It may fail: then more is left to what is done when a process starts. */
	lookout->deployments = deployments_create(options->loop, on_appeared, lookout);
	*ret_lookout = lookout;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void lookout_destroy(struct lookout *lookout)
{
	if (!lookout)
		return;
	for (size_t i = 0; i < lookout->options.rules.binary_count; i++)
		roster_release(lookout->options.roster, lookout->binaries[i].prepared);
	deployments_destroy(lookout->deployments);
	free(lookout->binaries);
	free(lookout->scan);
	uv_close((uv_handle_t *)&lookout->retry, on_closed);
}

bool lookout_is_open(const struct lookout *lookout)
{
	return discovery_has_rules(&lookout->options.rules);
}

static int add_binary(struct lookout *lookout, const struct wanted_binary *binary)
{
	size_t count = lookout->options.rules.binary_count;
	struct wanted_binary *binaries =
		realloc(lookout->binaries, (count + 1) * sizeof(*binaries));

	if (!binaries)
		return -ENOMEM;
	binaries[count] = *binary;
	lookout->binaries = binaries;
	lookout->options.rules.binaries = binaries;
	lookout->options.rules.binary_count++;
	return 0;
}

int lookout_add_binary(struct lookout *lookout, const char *path, struct error *err)
{
	struct wanted_binary binary = { .path = path };
	int r = roster_prepare(lookout->options.roster, path, &binary.prepared, err);

	if (r < 0)
		return r;
	r = add_binary(lookout, &binary);
	if (r < 0) {
		roster_release(lookout->options.roster, binary.prepared);
		return error_fail(err, r, "out of memory");
	}
	deployments_watch(lookout->deployments, path);
	return 0;
}

/* A named file was replaced: what stands there now is prepared, and the one before let go of. */
static void prepare_anew(struct lookout *lookout, struct wanted_binary *wanted)
{
	struct known_binary *binary;

	if (roster_prepare(lookout->options.roster, wanted->path, &binary, NULL) < 0)
		return;
	roster_release(lookout->options.roster, wanted->prepared);
	wanted->prepared = binary;
}

static bool same_file(const char *path, const struct file_identity *file)
{
	struct file_identity other;

	return file_identity_read(path, &other) == 0 && file_identity_equal(&other, file);
}

/* What is put where a wanted program was run from may be run next, on the same port, too. */
static void on_appeared(void *user, const char *path)
{
	struct lookout *lookout = user;
	struct file_identity file;

	if (!file_is_executable(path) || file_identity_read(path, &file) < 0)
		return;
	for (size_t i = 0; i < lookout->options.rules.binary_count; i++) {
		if (same_file(lookout->binaries[i].path, &file)) {
			prepare_anew(lookout, &lookout->binaries[i]);
			return;
		}
	}
	if (lookout->options.rules.port_count ||
	    discovery_wants_file(&lookout->options.rules, path, &file))
		roster_prepare_found(lookout->options.roster, path, &file);
}

/* That everything is wanted does not mean that each refusal is worth a word. */
static bool is_named(const struct lookout *lookout, const struct process *process)
{
	struct discovery_rules named = lookout->options.rules;

	named.all = false;
	return discovery_wants(&named, process);
}

static void note_shortage(struct lookout *lookout)
{
	lookout->starved = true;
	if (!uv_is_active((uv_handle_t *)&lookout->retry))
		uv_timer_start(&lookout->retry, on_retry, RETRY_INTERVAL, 0);
}

/* When descriptors or memory run out many may be passed over; one stands for all, until there is room for all. */
static void refuse(struct lookout *lookout, struct error *why, bool named)
{
	bool shortage = error_is_shortage(why->code);

	if (shortage) {
		note_shortage(lookout);
		file_limit_hint(why);
	}
	if (shortage && lookout->told_starved)
		return;
	lookout->told_starved |= shortage;
	notice_error(lookout->options.notifier, named || shortage ? NOTICE_ERROR : NOTICE_DEBUG,
		     why);
}

/* The probes are put into the file, for who runs it next; others that run it, unwanted, pay a lookup. */
static void take_on(struct lookout *lookout, struct process *process, bool has_loaded, bool named,
		    struct finding *finding)
{
	uint32_t pid = process->pid;
	struct error why = { 0 };
	int r;

	r = roster_add_found(lookout->options.roster, process, has_loaded, &finding->attached,
			     &why);
	if (r == 0) {
		/* In a container its path may lead elsewhere here: then there is nothing to see. */
		deployments_watch(lookout->deployments, process->exe);
		return;
	}
	if (r == -ESRCH) {
		finding->vanished = pid;
		return;
	}
	kernel_dismiss(lookout->options.kernel, pid);
	/* One whose file was refused before was told of then. */
	if (r != -EALREADY)
		refuse(lookout, &why, named);
}

/* Who may not be looked at is passed over, and whether they all may was said at the beginning. */
static bool open_process(struct lookout *lookout, uint32_t pid, struct process *ret_process,
			 struct finding *finding)
{
	struct error why = { 0 };
	int r = process_open(pid, ret_process, &why);

	if (r == -ESRCH || r == -ENOENT) {
		finding->vanished = pid;
	} else if (r < 0) {
		kernel_dismiss(lookout->options.kernel, pid);
		if (error_is_shortage(r))
			refuse(lookout, &why, true);
	}
	return r == 0;
}

static void look_at(struct lookout *lookout, const struct process_news *news,
		    struct finding *finding)
{
	const struct discovery_rules *rules = &lookout->options.rules;
	bool by_port = news->kind == RECORD_LISTEN && discovery_wants_port(rules, news->port);
	struct process process;

	if (!open_process(lookout, news->pid, &process, finding))
		return;
	if (by_port || discovery_wants(rules, &process))
		take_on(lookout, &process, by_port, by_port || is_named(lookout, &process),
			finding);
	else if (roster_knows(lookout->options.roster, &process.file))
		kernel_dismiss_program(lookout->options.kernel, news->pid);
	process_close(&process);
}

/* Once, and only where it could be otherwise. */
static void warn_of_hidden(struct lookout *lookout)
{
	struct error why = { 0 };

	if (lookout->warned)
		return;
	lookout->warned = true;
	if (!privilege_is_held(PRIVILEGE_LOOK))
		privilege_fail(&why, -EPERM, PRIVILEGE_LOOK,
			       "processes of other users are skipped");
	else if (lookout->options.rules.port_count && !privilege_is_held(PRIVILEGE_READ))
		privilege_fail(&why, -EPERM, PRIVILEGE_READ,
			       "processes of other users that listen already are not found");
	else
		return;
	notice_error(lookout->options.notifier, NOTICE_INFO, &why);
}

/* One that may not be looked at, or has ended, is passed over. */
static void look_for(struct lookout *lookout, uint32_t pid, struct finding *finding)
{
	const struct discovery_rules *rules = &lookout->options.rules;
	struct process process;
	struct error why = { 0 };
	int r = process_open(pid, &process, &why);

	if (error_is_shortage(r))
		refuse(lookout, &why, true);
	if (r < 0)
		return;
	r = discovery_wants_now(rules, &process, &why);
	if (r < 0)
		refuse(lookout, &why, true);
	else if (r)
		take_on(lookout, &process, true, rules->port_count || is_named(lookout, &process),
			finding);
	process_close(&process);
}

static void end_scan(struct lookout *lookout)
{
	free(lookout->scan);
	lookout->scan = NULL;
	lookout->scan_count = lookout->scanned = 0;
}

/* All processes there are will be looked at; those that are targets already stay as they are. */
static int list_processes(struct lookout *lookout, struct error *err)
{
	int r;

	end_scan(lookout);
	r = process_list(&lookout->scan, &lookout->scan_count, err);
	if (r == 0)
		warn_of_hidden(lookout);
	return r;
}

int lookout_start(struct lookout *lookout, struct error *err)
{
	return lookout_is_open(lookout) ? list_processes(lookout, err) : 0;
}

void lookout_note(struct lookout *lookout, const struct process_news *news)
{
	if (lookout->pending_count == MAX_PENDING_NEWS)
		lookout->overflowed = true;
	else
		lookout->pending[lookout->pending_count++] = (struct pending_news){ .news = *news };
}

static void add_again(struct lookout *lookout, uint32_t pid, struct finding *finding)
{
	struct error why = { 0 };

	if (roster_add(lookout->options.roster, pid, &finding->attached, &why) < 0)
		notice_error(lookout->options.notifier, NOTICE_ERROR, &why);
}

/*
 * A target that runs another program now has ended as the one it was: that is told first. Then its number may
 * be wanted again. News from before it became the target that it is says nothing new: a shell that starts a
 * server runs two programs in no time.
 */
static void act_on(struct lookout *lookout, struct pending_news *pending, struct finding *finding)
{
	const struct process_news *news = &pending->news;
	bool is_known = news->kind == RECORD_EXEC &&
			kernel_traces(lookout->options.kernel, news->pid);

	if (news->kind == RECORD_EXEC && !is_known)
		finding->ended = roster_withdraw(lookout->options.roster, news->pid);
	if (finding->ended) {
		pending->was_target = true;
		return;
	}
	lookout->acted++;
	if (is_known)
		return;
	if (lookout_is_open(lookout))
		look_at(lookout, news, finding);
	else if (pending->was_target)
		add_again(lookout, news->pid, finding);
}

void lookout_retry(struct lookout *lookout)
{
	if (lookout->starved)
		uv_timer_start(&lookout->retry, on_retry, RETRY_SOON, 0);
}

bool lookout_expects(const struct lookout *lookout, uint32_t pid)
{
	for (size_t i = lookout->acted; i < lookout->pending_count; i++) {
		const struct process_news *news = &lookout->pending[i].news;

		if (news->kind == RECORD_EXEC && news->pid == pid)
			return true;
	}
	return false;
}

/* A target that the kernel side does not know any more runs another program. */
static void suspect_targets(struct lookout *lookout)
{
	const struct target_set *targets = roster_targets(lookout->options.roster);

	for (size_t i = 0; i < targets->count; i++) {
		uint32_t pid = target_identity(targets->targets[i])->pid;

		if (!target_is_withdrawn(targets->targets[i]) &&
		    !kernel_traces(lookout->options.kernel, pid))
			lookout_note(lookout, &(struct process_news){ RECORD_EXEC, pid, 0 });
	}
}

void lookout_begin(struct lookout *lookout)
{
	uint64_t lost = kernel_lost_processes(lookout->options.kernel);

	if (!lookout->overflowed && lost == lookout->lost_processes)
		return;
	suspect_targets(lookout);
	lookout->lost_processes = lost;
	lookout->scan_is_due = true;
}

/* After this everything that is wanted is traced, but for what is passed over again. */
static void begin_scan(struct lookout *lookout)
{
	lookout->scan_is_due = false;
	lookout->overflowed = false;
	lookout->starved = false;
	if (lookout_is_open(lookout) && list_processes(lookout, NULL) < 0)
		note_shortage(lookout);
}

bool lookout_next(struct lookout *lookout, struct finding *ret_finding)
{
	*ret_finding = (struct finding){ 0 };
	if (lookout->acted < lookout->pending_count) {
		act_on(lookout, &lookout->pending[lookout->acted], ret_finding);
		return true;
	}
	lookout->pending_count = lookout->acted = 0;
	if (lookout->scan_is_due)
		begin_scan(lookout);
	if (lookout->scanned == lookout->scan_count) {
		end_scan(lookout);
		if (!lookout->starved)
			lookout->told_starved = false;
		return false;
	}
	look_for(lookout, lookout->scan[lookout->scanned++], ret_finding);
	return true;
}
