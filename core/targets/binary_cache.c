/* SPDX-License-Identifier: MIT */
#include "binary_cache.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "array.h"
#include "binary.h"
#include "known_binary.h"
#include "refused_files.h"

enum {
	/*
	 * Milliseconds after the last user. Probes keep the file system of the file busy, so they are removed first.
	 */
	PROBES_LINGER = 60 * 1000,
	INSPECTION_LINGER = 15 * 60 * 1000,
	TEND_INTERVAL = 5 * 1000,
	MAX_IDLE = 64,
};

struct binary_cache {
	struct binary_cache_options options;
	struct known_binary **binaries;
	size_t count;
	size_t inspections; /* number of inspections so far */
	struct refused_files refused;
	bool warned; /* that a file cannot be pinned was reported */
	uv_signal_t recall;
	uv_timer_t tend;
	int open_handles;
};

/* ---- the collection ---- */

static int binary_cache_add(struct binary_cache *cache, struct known_binary *binary)
{
	struct known_binary **binaries =
		array_grow(cache->binaries, cache->count, sizeof(struct known_binary *));

	if (!binaries)
		return -ENOMEM;
	cache->binaries = binaries;
	binary->cache = cache;
	cache->binaries[cache->count++] = binary;
	return 0;
}

static void binary_cache_drop(struct binary_cache *cache, size_t at)
{
	known_binary_destroy(cache->binaries[at]);
	cache->binaries[at] = cache->binaries[--cache->count];
}

static struct known_binary *find_binary(const struct binary_cache *cache,
					const struct file_identity *file)
{
	for (size_t i = 0; i < cache->count; i++) {
		if (known_binary_is_file(cache->binaries[i], file))
			return cache->binaries[i];
	}
	return NULL;
}

bool binary_cache_knows(const struct binary_cache *cache, const struct file_identity *file)
{
	return find_binary(cache, file);
}

struct binary_cache_counts binary_cache_count(const struct binary_cache *cache)
{
	struct binary_cache_counts counts = {
		.binaries = cache->count,
		.inspections = cache->inspections,
	};

	for (size_t i = 0; i < cache->count; i++) {
		size_t points;

		if (!cache->binaries[i]->probes)
			continue;
		inspection_points(cache->binaries[i]->inspection, &points);
		counts.probed_files++;
		counts.probes += points;
	}
	return counts;
}

/* ---- idle binaries ---- */

static bool is_done(const struct known_binary *binary, uint64_t now)
{
	return !binary->users && (binary->is_stale || pinned_file_is_unlinked(&binary->file) ||
				  now - binary->idle_since >= INSPECTION_LINGER);
}

/* Returns the index of the binary that has been idle longest, and at least this long; otherwise `count`. */
static size_t find_oldest(const struct binary_cache *cache, size_t least)
{
	size_t oldest = cache->count, idle = 0;

	for (size_t i = 0; i < cache->count; i++) {
		if (cache->binaries[i]->users)
			continue;
		idle++;
		if (oldest == cache->count ||
		    cache->binaries[i]->idle_since < cache->binaries[oldest]->idle_since)
			oldest = i;
	}
	return idle >= least ? oldest : cache->count;
}

static void on_tend(uv_timer_t *timer);

static void tend(struct binary_cache *cache)
{
	uint64_t now = uv_now(cache->options.loop);
	size_t idle = 0;

	for (size_t i = 0; i < cache->count;) {
		struct known_binary *binary = cache->binaries[i];

		if (is_done(binary, now)) {
			binary_cache_drop(cache, i);
			continue;
		}
		if (!binary->users && now - binary->idle_since >= PROBES_LINGER)
			known_binary_close_file(binary);
		idle += !binary->users;
		i++;
	}
	if (idle > MAX_IDLE)
		binary_cache_drop(cache, find_oldest(cache, 1));
	if (idle)
		uv_timer_start(&cache->tend, on_tend, TEND_INTERVAL, 0);
}

static void on_tend(uv_timer_t *timer)
{
	tend(timer->data);
}

/* Another process wants to write to a file with a lease, and waits for its release. */
static void on_recall(uv_signal_t *signal, int number)
{
	struct binary_cache *cache = signal->data;

	for (size_t i = 0; i < cache->count; i++) {
		struct known_binary *binary = cache->binaries[i];

		if (!pinned_file_is_recalled(&binary->file))
			continue;
		binary->is_stale = true;
		known_binary_close_file(binary);
	}
	tend(cache);
}

void binary_cache_release(struct known_binary *binary)
{
	struct binary_cache *cache = binary ? binary->cache : NULL;
	bool is_unlinked;

	if (!binary || --binary->users)
		return;
	if (!cache) {
		known_binary_destroy(binary);
		return;
	}
	binary->idle_since = uv_now(cache->options.loop);
	if (!pinned_file_is_pinned(&binary->file))
		known_binary_close_file(binary);
	is_unlinked = pinned_file_is_unlinked(&binary->file);
	/* If each new idle binary restarted the timer, it might never expire. */
	if (is_unlinked || !uv_is_active((uv_handle_t *)&cache->tend))
		uv_timer_start(&cache->tend, on_tend, is_unlinked ? 0 : TEND_INTERVAL, 0);
}

/* ---- opening ---- */

/* All plans are in use: binaries without users are dropped to free some. */
static bool binary_cache_make_room(struct binary_cache *cache, int r)
{
	size_t oldest = find_oldest(cache, 1);

	if (r != -ENOSPC || oldest == cache->count)
		return false;
	binary_cache_drop(cache, oldest);
	return true;
}

static int binary_cache_inspect(struct binary_cache *cache, struct known_binary *binary,
				const char *origin, const char *name, struct error *err)
{
	struct pinned_file_path path = pinned_file_path(&binary->file);
	const struct inspection_file file = { path.text, origin, name };
	struct error why;
	int r;

	do {
		why = (struct error){ 0 };
		r = inspection_open(cache->options.kernel, &file, &cache->options.inspection,
				    &binary->inspection, &why);
	} while (r < 0 && binary_cache_make_room(cache, r));
	cache->inspections++;
	return r < 0 ? error_adopt(err, &why) : 0;
}

/* Takes ownership of the file. */
static int learn(struct binary_cache *cache, struct pinned_file *file, const char *path,
		 const char *name, struct known_binary **ret_binary, struct error *err)
{
	struct known_binary *binary = known_binary_create(file);
	int r = binary ? binary_cache_inspect(cache, binary, path, name, err) :
			 error_fail(err, -ENOMEM, "out of memory");

	if (r == 0 && binary_cache_add(cache, binary) < 0)
		r = error_fail(err, -ENOMEM, "out of memory");
	if (r == 0)
		*ret_binary = binary;
	else if (binary)
		known_binary_destroy(binary);
	return r;
}

int binary_cache_open(struct binary_cache *cache, const char *path, const char *name,
		      struct known_binary **ret_binary, struct error *err)
{
	struct known_binary *binary;
	struct pinned_file file;
	int r = pinned_file_open(path, &file, err);

	if (r < 0)
		return r;
	binary = find_binary(cache, &file.identity);
	if (binary)
		known_binary_refresh(binary, &file);
	else
		r = learn(cache, &file, path, name, &binary, err);
	if (r < 0)
		return r;
	known_binary_set_name(binary, name);
	binary->users++;
	*ret_binary = binary;
	return 0;
}

int binary_cache_open_program(struct binary_cache *cache, const char *path, const char *name,
			      struct known_binary **ret_binary, struct error *err)
{
	struct known_binary *binary;
	int r = binary_cache_open(cache, path, name, &binary, err);

	if (r < 0)
		return r;
	if (!inspection_is_library(binary->inspection)) {
		*ret_binary = binary;
		return 0;
	}
	binary_cache_release(binary);
	error_fail(err, -ENOTSUP,
		   "this is a shared library (-buildmode=c-shared or plugin), not a program");
	error_hint(err, "name a process that has loaded it: --pid PID");
	return -ENOTSUP;
}

int binary_cache_open_matched(struct binary_cache *cache, const char *path, const char *name,
			      const struct file_identity *file, struct known_binary **ret_binary,
			      struct error *err)
{
	int r;

	if (refused_files_have(&cache->refused, file))
		return error_fail(err, -EALREADY, "its file was rejected earlier");
	r = binary_cache_knows(cache, file) ? 1 : binary_looks_like_go(path);
	if (r > 0)
		return binary_cache_open_program(cache, path, name, ret_binary, err);
	if (r == 0)
		return error_fail(err, -ENOEXEC, "not a Go program");
	return error_fail(err, r, "its file cannot be opened: %s", strerror(-r));
}

static struct known_binary *find_by_plan(const struct binary_cache *cache, int plan)
{
	for (size_t i = 0; i < cache->count; i++) {
		if (inspection_schema(cache->binaries[i]->inspection, plan))
			return cache->binaries[i];
	}
	return NULL;
}

struct known_binary *binary_cache_find(struct binary_cache *cache, int plan)
{
	struct known_binary *binary = find_by_plan(cache, plan);

	if (binary)
		binary->users++;
	return binary;
}

int binary_cache_role(const struct binary_cache *cache, int plan)
{
	const struct known_binary *binary = find_by_plan(cache, plan);

	return binary ? (int)inspection_schema(binary->inspection, plan)->role : -ENOENT;
}

bool binary_cache_has_in_other(const struct binary_cache *cache, int plan,
			       const struct file_identity *file)
{
	const struct known_binary *binary = find_by_plan(cache, plan);

	return binary && !inspection_is_library(binary->inspection) &&
	       !known_binary_is_file(binary, file) &&
	       !file_identity_same_inode(&binary->file.identity, file);
}

/* ---- preparing files ---- */

int binary_cache_probe(struct binary_cache *cache, struct known_binary *binary, const char *path,
		       struct error *err)
{
	struct error why = { 0 };
	int r = known_binary_probe(binary, cache->options.kernel, &why);

	if (error_is_shortage(r))
		return error_adopt(err, &why);
	if (r == 0 || cache->warned)
		return 0;
	cache->warned = true;
	error_subject(&why, "%s", path);
	notice_error(cache->options.notifier, NOTICE_INFO, &why);
	return 0;
}

int binary_cache_prepare(struct binary_cache *cache, const char *path,
			 struct known_binary **ret_binary, struct error *err)
{
	struct known_binary *binary;
	int r;

	error_subject(err, "%s", path);
	r = binary_cache_open_program(cache, path, path, &binary, err);
	if (r < 0)
		return r;
	r = binary_cache_probe(cache, binary, path, err);
	if (r < 0) {
		binary_cache_release(binary);
		return r;
	}
	*ret_binary = binary;
	return 0;
}

void binary_cache_prepare_matched(struct binary_cache *cache, const char *path,
				  const struct file_identity *file)
{
	struct known_binary *binary;
	int r;

	if (refused_files_have(&cache->refused, file) || binary_cache_knows(cache, file))
		return;
	r = binary_looks_like_go(path);
	if (r >= 0)
		r = r ? binary_cache_prepare(cache, path, &binary, NULL) : -ENOEXEC;
	if (r == 0)
		binary_cache_release(binary);
	else
		binary_cache_refuse(cache, path, file, r);
}

void binary_cache_refuse(struct binary_cache *cache, const char *path,
			 const struct file_identity *file, int code)
{
	refused_files_add(&cache->refused, path, file, code);
}

void binary_cache_detach_all(struct binary_cache *cache)
{
	struct attachment **attachments = calloc(cache->count + 1, sizeof(struct attachment *));
	size_t count = 0;

	for (size_t i = 0; attachments && i < cache->count; i++) {
		struct known_binary *binary = cache->binaries[i];

		if (!binary->probes)
			continue;
		attachments[count++] = binary->probes;
		binary->probes = NULL;
	}
	if (count)
		attachments_detach(attachments, count);
	free(attachments);
}

/* ---- learning types ---- */

uint64_t binary_cache_types_due(const struct binary_cache *cache)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < cache->count; i++) {
		uint64_t next = inspection_types_due(cache->binaries[i]->inspection);

		due = next < due ? next : due;
	}
	return due;
}

static void binary_learn_types(struct binary_cache *cache, struct known_binary *binary,
			       uint64_t now)
{
	struct pinned_file_path path = pinned_file_path(&binary->file);
	const char *name = known_binary_name(binary);
	const struct inspection_file file = { path.text, name, name };
	struct error why = { 0 };
	int r;

	if (!known_binary_is_unchanged(binary)) {
		inspection_ignore_types(binary->inspection, now);
		return;
	}
	r = inspection_learn_types(binary->inspection, &file, &cache->options.inspection, now,
				   &why);
	if (r > 0)
		notice(cache->options.notifier, NOTICE_DEBUG,
		       "%s: %d probes decode more types from now on", name, r);
	error_subject(&why, "%s", name);
	if (r < 0)
		notice_error(cache->options.notifier, NOTICE_DEBUG, &why);
}

void binary_cache_learn_types(struct binary_cache *cache, uint64_t now)
{
	for (size_t i = 0; i < cache->count; i++) {
		if (inspection_types_due(cache->binaries[i]->inspection) > now)
			continue;
		binary_learn_types(cache, cache->binaries[i], now);
		return;
	}
}

/* ---- lifetime ---- */

int binary_cache_create(const struct binary_cache_options *options, struct binary_cache **ret_cache,
			struct error *err)
{
	struct binary_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return error_fail(err, -ENOMEM, "out of memory");
	cache->options = *options;
	uv_signal_init(options->loop, &cache->recall);
	uv_timer_init(options->loop, &cache->tend);
	cache->open_handles = 2;
	cache->recall.data = cache->tend.data = cache;
	/* Before the first lease: without a handler SIGIO would end this process. */
	uv_signal_start(&cache->recall, on_recall, SIGIO);
	*ret_cache = cache;
	return 0;
}

static void binary_cache_on_handle_closed(uv_handle_t *handle)
{
	struct binary_cache *cache = handle->data;

	if (--cache->open_handles == 0)
		free(cache);
}

void binary_cache_destroy(struct binary_cache *cache)
{
	if (!cache)
		return;
	binary_cache_detach_all(cache);
	for (size_t i = 0; i < cache->count; i++) {
		struct known_binary *binary = cache->binaries[i];

		binary->cache = NULL;
		if (!binary->users)
			known_binary_destroy(binary);
	}
	free(cache->binaries);
	cache->binaries = NULL;
	uv_close((uv_handle_t *)&cache->recall, binary_cache_on_handle_closed);
	uv_close((uv_handle_t *)&cache->tend, binary_cache_on_handle_closed);
}
