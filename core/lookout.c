/* SPDX-License-Identifier: MIT */
#include "lookout.h"

#include <errno.h>
#include <stdlib.h>

/* More than this between two looks at the ring is made up for by a look at all processes. */
enum { MAX_PENDING_NEWS = 4096 };

struct lookout {
	struct kernel *kernel;
	struct roster *roster;
	struct discovery_rules rules; /* `binaries` is our own array */
	const char **binaries;
	struct lookout_callbacks callbacks;
	struct process_news *pending;
	size_t pending_count;
	bool acting;
	bool overflowed;	 /* news went unremembered */
	uint64_t lost_processes; /* of kernel_lost_processes(), that was made up for */
};

int lookout_create(struct kernel *kernel, struct roster *roster, const struct discovery_rules *rules,
		   const struct lookout_callbacks *callbacks, struct lookout **ret_lookout,
		   struct error *err)
{
	struct lookout *lookout = calloc(1, sizeof(*lookout));

	if (lookout)
		lookout->pending = calloc(MAX_PENDING_NEWS, sizeof(*lookout->pending));
	if (!lookout || !lookout->pending) {
		lookout_destroy(lookout);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	lookout->kernel = kernel;
	lookout->roster = roster;
	lookout->rules = *rules;
	lookout->callbacks = *callbacks;
	*ret_lookout = lookout;
	return 0;
}

void lookout_destroy(struct lookout *lookout)
{
	if (!lookout)
		return;
	free(lookout->pending);
	free(lookout->binaries);
	free(lookout);
}

bool lookout_is_open(const struct lookout *lookout)
{
	return discovery_has_rules(&lookout->rules);
}

int lookout_add_binary(struct lookout *lookout, const char *path, struct error *err)
{
	const char **binaries;
	int r = roster_check(lookout->roster, path, err);

	if (r < 0)
		return r;
	binaries = realloc(lookout->binaries, (lookout->rules.binary_count + 1) * sizeof(*binaries));
	if (!binaries)
		return error_fail(err, -ENOMEM, "out of memory");
	binaries[lookout->rules.binary_count++] = path;
	lookout->binaries = binaries;
	lookout->rules.binaries = binaries;
	return 0;
}

/* That everything is wanted does not mean that each refusal is worth a word. */
static bool is_named(const struct lookout *lookout, const struct process *process)
{
	struct discovery_rules named = lookout->rules;

	named.all = false;
	return discovery_wants(&named, process);
}

/* Refused once because of its file, a named process is not told of again and again. */
static void take_on(struct lookout *lookout, const struct process *process, bool named)
{
	struct error why = {0};

	if (roster_add_found(lookout->roster, process, &why) < 0 && why.code != -ESRCH)
		lookout->callbacks.refused(lookout->callbacks.user, &why, named);
}

static void look_at(struct lookout *lookout, const struct process_news *news)
{
	bool by_port = news->kind == RECORD_LISTEN &&
		       discovery_wants_port(&lookout->rules, news->port);
	struct process process;

	if (process_open(news->pid, &process, NULL) < 0)
		return;
	if (by_port || discovery_wants(&lookout->rules, &process))
		take_on(lookout, &process, by_port || is_named(lookout, &process));
	process_close(&process);
}

/* Looks at all processes there are; those that are targets already stay as they are. */
static int scan(struct lookout *lookout, struct error *err)
{
	uint32_t *pids;
	size_t count;
	int r = discovery_scan(&lookout->rules, &pids, &count, err);

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct process process;

		if (process_open(pids[i], &process, NULL) < 0)
			continue;
		take_on(lookout, &process, lookout->rules.port_count || is_named(lookout, &process));
		process_close(&process);
	}
	if (r == 0)
		free(pids);
	return r;
}

int lookout_start(struct lookout *lookout, struct error *err)
{
	return lookout_is_open(lookout) ? scan(lookout, err) : 0;
}

void lookout_note(struct lookout *lookout, const struct process_news *news)
{
	if (lookout->pending_count == MAX_PENDING_NEWS)
		lookout->overflowed = true;
	else
		lookout->pending[lookout->pending_count++] = *news;
}

/* A target that runs another program now has ended as the one it was; its number may be wanted again. */
static void act_on(struct lookout *lookout, const struct process_news *news)
{
	bool was_target = news->kind == RECORD_EXEC && roster_drop(lookout->roster, news->pid);
	struct error why = {0};

	if (lookout_is_open(lookout))
		look_at(lookout, news);
	else if (was_target && roster_add(lookout->roster, news->pid, &why) < 0)
		lookout->callbacks.refused(lookout->callbacks.user, &why, true);
}

void lookout_act(struct lookout *lookout)
{
	uint64_t lost = kernel_lost_processes(lookout->kernel);
	bool scan_anew = lookout->overflowed || lost != lookout->lost_processes;

	/* What is done about news has the ring looked at, which ends here again. */
	if (lookout->acting)
		return;
	lookout->acting = true;
	for (size_t i = 0; i < lookout->pending_count; i++)
		act_on(lookout, &lookout->pending[i]);
	lookout->pending_count = 0;
	if (scan_anew) {
		lookout->overflowed = false;
		lookout->lost_processes = lost;
		scan(lookout, NULL);
	}
	lookout->acting = false;
}
