/* SPDX-License-Identifier: MIT */
#include "lookout.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
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

struct lookout {
	struct kernel *kernel;
	struct roster *roster;
	struct discovery_rules rules; /* `binaries` is our own array */
	const char **binaries;
	struct known_binary **prepared; /* parallel to `binaries`: what stands at the path */
	struct deployments *deployments;
	struct lookout_callbacks callbacks;
	struct process_news *pending;
	size_t pending_count;
	size_t acted; /* of those pending, by lookout_act() */
	bool acting;
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
	lookout->callbacks.due(lookout->callbacks.user);
}

int lookout_create(const struct lookout_options *options, struct lookout **ret_lookout,
		   struct error *err)
{
	struct lookout *lookout = calloc(1, sizeof(*lookout));

	if (lookout)
		lookout->pending = calloc(MAX_PENDING_NEWS, sizeof(*lookout->pending));
	if (!lookout || !lookout->pending) {
		free(lookout);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	lookout->kernel = options->kernel;
	lookout->roster = options->roster;
	lookout->rules = options->rules;
	lookout->callbacks = options->callbacks;
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
	for (size_t i = 0; i < lookout->rules.binary_count; i++)
		roster_release(lookout->roster, lookout->prepared[i]);
	deployments_destroy(lookout->deployments);
	free(lookout->pending);
	free(lookout->prepared);
	free(lookout->binaries);
	uv_close((uv_handle_t *)&lookout->retry, on_closed);
}

bool lookout_is_open(const struct lookout *lookout)
{
	return discovery_has_rules(&lookout->rules);
}

static int grow(struct lookout *lookout)
{
	size_t count = lookout->rules.binary_count + 1;
	const char **binaries = realloc(lookout->binaries, count * sizeof(*binaries));
	struct known_binary **prepared;

	if (!binaries)
		return -ENOMEM;
	lookout->binaries = binaries;
	lookout->rules.binaries = binaries;
	prepared = realloc(lookout->prepared, count * sizeof(struct known_binary *));
	if (!prepared)
		return -ENOMEM;
	lookout->prepared = prepared;
	return 0;
}

int lookout_add_binary(struct lookout *lookout, const char *path, struct error *err)
{
	struct known_binary *binary;
	int r = roster_prepare(lookout->roster, path, &binary, err);

	if (r < 0)
		return r;
	r = grow(lookout);
	if (r < 0) {
		roster_release(lookout->roster, binary);
		return error_fail(err, r, "out of memory");
	}
	lookout->prepared[lookout->rules.binary_count] = binary;
	lookout->binaries[lookout->rules.binary_count++] = path;
	deployments_watch(lookout->deployments, path);
	return 0;
}

/* A named file was replaced: what stands there now is prepared, and the one before let go of. */
static void prepare_anew(struct lookout *lookout, size_t i)
{
	struct known_binary *binary;

	if (roster_prepare(lookout->roster, lookout->binaries[i], &binary, NULL) < 0)
		return;
	roster_release(lookout->roster, lookout->prepared[i]);
	lookout->prepared[i] = binary;
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
	struct stat status;

	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode) || !(status.st_mode & 0111) ||
	    file_identity_read(path, &file) < 0)
		return;
	for (size_t i = 0; i < lookout->rules.binary_count; i++) {
		if (same_file(lookout->binaries[i], &file)) {
			prepare_anew(lookout, i);
			return;
		}
	}
	if (lookout->rules.port_count || discovery_wants_file(&lookout->rules, path, &file))
		roster_prepare_found(lookout->roster, path, &file);
}

/* That everything is wanted does not mean that each refusal is worth a word. */
static bool is_named(const struct lookout *lookout, const struct process *process)
{
	struct discovery_rules named = lookout->rules;

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
	lookout->callbacks.refused(lookout->callbacks.user, why, named || shortage);
}

/* Its number may be another's by now, or it another program: that was told of, then, and still counts. */
static void vanish(struct lookout *lookout, uint32_t pid)
{
	lookout->callbacks.vanished(lookout->callbacks.user, pid);
	if (!lookout_expects(lookout, pid))
		kernel_dismiss(lookout->kernel, pid);
}

/* The probes are put into the file, for who runs it next; others that run it, unwanted, pay a lookup. */
static void take_on(struct lookout *lookout, struct process *process, bool has_loaded, bool named)
{
	uint32_t pid = process->pid;
	struct error why = { 0 };
	int r;

	r = roster_add_found(lookout->roster, process, has_loaded, &why);
	if (r == 0) {
		/* In a container its path may lead elsewhere here: then there is nothing to see. */
		deployments_watch(lookout->deployments, process->exe);
		lookout->callbacks.taken_on(lookout->callbacks.user);
		return;
	}
	if (r == -ESRCH) {
		vanish(lookout, pid);
		return;
	}
	kernel_dismiss(lookout->kernel, pid);
	/* One whose file was refused before was told of then. */
	if (r != -EALREADY)
		refuse(lookout, &why, named);
}

/* Who may not be looked at is passed over, and whether they all may was said at the beginning. */
static bool open_process(struct lookout *lookout, uint32_t pid, struct process *ret_process)
{
	struct error why = { 0 };
	int r = process_open(pid, ret_process, &why);

	if (r == -ESRCH || r == -ENOENT) {
		vanish(lookout, pid);
	} else if (r < 0) {
		kernel_dismiss(lookout->kernel, pid);
		if (error_is_shortage(r))
			refuse(lookout, &why, true);
	}
	return r == 0;
}

static void look_at(struct lookout *lookout, const struct process_news *news)
{
	bool by_port = news->kind == RECORD_LISTEN &&
		       discovery_wants_port(&lookout->rules, news->port);
	struct process process;

	if (!open_process(lookout, news->pid, &process))
		return;
	if (by_port || discovery_wants(&lookout->rules, &process))
		take_on(lookout, &process, by_port, by_port || is_named(lookout, &process));
	else if (roster_knows(lookout->roster, &process.file))
		kernel_dismiss_program(lookout->kernel, news->pid);
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
			       "processes of other users are passed over");
	else if (lookout->rules.port_count && !privilege_is_held(PRIVILEGE_READ))
		privilege_fail(&why, -EPERM, PRIVILEGE_READ,
			       "which processes of other users listen already cannot be told");
	else
		return;
	lookout->callbacks.warned(lookout->callbacks.user, &why);
}

/* One that may not be looked at, or has ended, is passed over. */
static void look_for(struct lookout *lookout, uint32_t pid)
{
	struct process process;
	struct error why = { 0 };
	int r = process_open(pid, &process, &why);

	if (error_is_shortage(r))
		refuse(lookout, &why, true);
	if (r < 0)
		return;
	r = discovery_wants_now(&lookout->rules, &process, &why);
	if (r < 0)
		refuse(lookout, &why, true);
	else if (r)
		take_on(lookout, &process, true,
			lookout->rules.port_count || is_named(lookout, &process));
	process_close(&process);
}

/* Looks at all processes there are; those that are targets already stay as they are. */
static int scan(struct lookout *lookout, struct error *err)
{
	uint32_t *pids;
	size_t count;
	int r = process_list(&pids, &count, err);

	if (r < 0)
		return r;
	warn_of_hidden(lookout);
	for (size_t i = 0; i < count; i++)
		look_for(lookout, pids[i]);
	free(pids);
	return 0;
}

int lookout_start(struct lookout *lookout, struct error *err)
{
	int r;

	if (!lookout_is_open(lookout))
		return 0;
	lookout->acting = true;
	r = scan(lookout, err);
	lookout->acting = false;
	return r;
}

void lookout_note(struct lookout *lookout, const struct process_news *news)
{
	if (lookout->pending_count == MAX_PENDING_NEWS)
		lookout->overflowed = true;
	else
		lookout->pending[lookout->pending_count++] = *news;
}

/*
 * A target that runs another program now has ended as the one it was; its number may be wanted again.
 * News from before it became the target that it is says nothing new: a shell that starts a server runs
 * two programs in no time.
 */
static void act_on(struct lookout *lookout, const struct process_news *news)
{
	struct error why = { 0 };
	bool was_target;

	if (news->kind == RECORD_EXEC && kernel_traces(lookout->kernel, news->pid))
		return;
	was_target = news->kind == RECORD_EXEC && roster_drop(lookout->roster, news->pid);
	if (lookout_is_open(lookout))
		look_at(lookout, news);
	else if (was_target && roster_add(lookout->roster, news->pid, &why) < 0)
		lookout->callbacks.refused(lookout->callbacks.user, &why, true);
}

void lookout_retry(struct lookout *lookout)
{
	if (lookout->starved)
		uv_timer_start(&lookout->retry, on_retry, RETRY_SOON, 0);
}

bool lookout_expects(const struct lookout *lookout, uint32_t pid)
{
	for (size_t i = lookout->acted; i < lookout->pending_count; i++) {
		if (lookout->pending[i].kind == RECORD_EXEC && lookout->pending[i].pid == pid)
			return true;
	}
	return false;
}

/* After this everything that is wanted is traced, but for what is passed over again. */
static void scan_anew(struct lookout *lookout)
{
	lookout->overflowed = false;
	lookout->starved = false;
	if (lookout_is_open(lookout) && scan(lookout, NULL) < 0)
		note_shortage(lookout);
	if (!lookout->starved)
		lookout->told_starved = false;
}

/* A target that the kernel side does not know any more runs another program. */
static void suspect_targets(struct lookout *lookout)
{
	const struct target_set *targets = roster_targets(lookout->roster);

	for (size_t i = 0; i < targets->count; i++) {
		uint32_t pid = target_identity(targets->targets[i])->pid;

		if (!target_is_withdrawn(targets->targets[i]) &&
		    !kernel_traces(lookout->kernel, pid))
			lookout_note(lookout, &(struct process_news){ RECORD_EXEC, pid, 0 });
	}
}

bool lookout_act(struct lookout *lookout)
{
	uint64_t lost = kernel_lost_processes(lookout->kernel);
	bool scan_is_due = lookout->overflowed || lost != lookout->lost_processes;

	/* What is done about news has the ring looked at, which ends here again. */
	if (lookout->acting)
		return false;
	lookout->acting = true;
	if (scan_is_due)
		suspect_targets(lookout);
	while (lookout->acted < lookout->pending_count)
		act_on(lookout, &lookout->pending[lookout->acted++]);
	lookout->pending_count = lookout->acted = 0;
	if (scan_is_due) {
		lookout->lost_processes = lost;
		scan_anew(lookout);
	}
	lookout->acting = false;
	return lookout->pending_count == 0;
}
