/* SPDX-License-Identifier: MIT */
#include "catalog.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "lease.h"
#include "pinned_file.h"

enum {
	/* Milliseconds after the last user. Probes keep the file's file system busy, and so go first. */
	PROBES_LINGER = 60 * 1000,
	INSPECTION_LINGER = 15 * 60 * 1000,
	TEND_INTERVAL = 5 * 1000,
	MAX_IDLE = 64,
};

struct known_binary {
	struct pinned_file file;
	char *name; /* by which it was opened last */
	struct inspection *inspection;
	struct attachment *probes; /* in the file; NULL: there are none */
	bool stale;		   /* its content is not as it was inspected any more */
	size_t users;
	uint64_t idle_since; /* by the loop's clock */
};

struct catalog {
	uv_loop_t *loop;
	struct kernel *kernel;
	struct inspection_options inspection;
	struct known_binary **binaries;
	size_t count, capacity;
	size_t inspections; /* made so far */
	uv_signal_t recall;
	uv_timer_t tend;
	int open_handles;
};

/* ---- one binary ---- */

static void close_file(struct known_binary *binary)
{
	attachment_detach(binary->probes);
	binary->probes = NULL;
	/* This gives the lease back: not before the probes are gone. */
	pinned_file_close(&binary->file);
}

static void destroy_binary(struct known_binary *binary)
{
	close_file(binary);
	inspection_release(binary->inspection);
	free(binary->name);
	free(binary);
}

struct pinned_file_path known_binary_path(const struct known_binary *binary)
{
	return pinned_file_path(&binary->file);
}

struct inspection *known_binary_inspection(const struct known_binary *binary)
{
	return binary->inspection;
}

const char *known_binary_name(const struct known_binary *binary)
{
	return binary->name ? binary->name : "";
}

static void set_name(struct known_binary *binary, const char *name)
{
	if (strcmp(known_binary_name(binary), name) == 0)
		return;
	free(binary->name);
	binary->name = strdup(name);
}

bool known_binary_is_probed(const struct known_binary *binary)
{
	return binary->probes;
}

/* ---- the collection ---- */

static int add(struct catalog *catalog, struct known_binary *binary)
{
	if (catalog->count == catalog->capacity) {
		size_t capacity = catalog->capacity ? 2 * catalog->capacity : 16;
		struct known_binary **binaries =
			realloc(catalog->binaries, capacity * sizeof(struct known_binary *));

		if (!binaries)
			return -ENOMEM;
		catalog->binaries = binaries;
		catalog->capacity = capacity;
	}
	catalog->binaries[catalog->count++] = binary;
	return 0;
}

static void drop(struct catalog *catalog, size_t at)
{
	destroy_binary(catalog->binaries[at]);
	catalog->binaries[at] = catalog->binaries[--catalog->count];
}

/* A lease holds through a change of name or rights, which the identity does not. */
static bool is_file(const struct known_binary *binary, const struct file_identity *file)
{
	const struct file_identity *known = &binary->file.identity;

	if (binary->stale || pinned_file_is_recalled(&binary->file))
		return false;
	return file_identity_equal(known, file) ||
	       (pinned_file_is_pinned(&binary->file) && known->device == file->device &&
		known->inode == file->inode);
}

static struct known_binary *find(const struct catalog *catalog, const struct file_identity *file)
{
	for (size_t i = 0; i < catalog->count; i++) {
		if (is_file(catalog->binaries[i], file))
			return catalog->binaries[i];
	}
	return NULL;
}

bool catalog_knows(const struct catalog *catalog, const struct file_identity *file)
{
	return find(catalog, file);
}

struct catalog_counts catalog_count(const struct catalog *catalog)
{
	struct catalog_counts counts = {
		.binaries = catalog->count,
		.inspections = catalog->inspections,
	};

	for (size_t i = 0; i < catalog->count; i++) {
		size_t points;

		if (!catalog->binaries[i]->probes)
			continue;
		inspection_points(catalog->binaries[i]->inspection, &points);
		counts.probed_files++;
		counts.probes += points;
	}
	return counts;
}

/* ---- idle binaries ---- */

static bool is_done(const struct known_binary *binary, uint64_t now)
{
	return !binary->users && (binary->stale || pinned_file_is_unlinked(&binary->file) ||
				  now - binary->idle_since >= INSPECTION_LINGER);
}

/* The index of the binary that has been idle longest, of at least so many; else `count`. */
static size_t find_oldest(const struct catalog *catalog, size_t least)
{
	size_t oldest = catalog->count, idle = 0;

	for (size_t i = 0; i < catalog->count; i++) {
		if (catalog->binaries[i]->users)
			continue;
		idle++;
		if (oldest == catalog->count ||
		    catalog->binaries[i]->idle_since < catalog->binaries[oldest]->idle_since)
			oldest = i;
	}
	return idle >= least ? oldest : catalog->count;
}

static void on_tend(uv_timer_t *timer);

static void tend(struct catalog *catalog)
{
	uint64_t now = uv_now(catalog->loop);
	size_t idle = 0;

	for (size_t i = 0; i < catalog->count;) {
		struct known_binary *binary = catalog->binaries[i];

		if (is_done(binary, now)) {
			drop(catalog, i);
			continue;
		}
		if (!binary->users && now - binary->idle_since >= PROBES_LINGER)
			close_file(binary);
		idle += !binary->users;
		i++;
	}
	if (idle > MAX_IDLE)
		drop(catalog, find_oldest(catalog, 1));
	if (idle)
		uv_timer_start(&catalog->tend, on_tend, TEND_INTERVAL, 0);
}

static void on_tend(uv_timer_t *timer)
{
	tend(timer->data);
}

/* Somebody wants to write to a file that is leased; whoever asks waits for the answer. */
static void on_recall(uv_signal_t *signal, int number)
{
	struct catalog *catalog = signal->data;

	for (size_t i = 0; i < catalog->count; i++) {
		struct known_binary *binary = catalog->binaries[i];

		if (!pinned_file_is_recalled(&binary->file))
			continue;
		binary->stale = true;
		close_file(binary);
	}
	tend(catalog);
}

void catalog_release(struct catalog *catalog, struct known_binary *binary)
{
	if (!binary || --binary->users)
		return;
	binary->idle_since = uv_now(catalog->loop);
	if (!pinned_file_is_pinned(&binary->file))
		close_file(binary);
	/* Started anew again and again, as binaries come and go, it would never be due. */
	if (pinned_file_is_unlinked(&binary->file) || !uv_is_active((uv_handle_t *)&catalog->tend))
		uv_timer_start(&catalog->tend, on_tend,
			       pinned_file_is_unlinked(&binary->file) ? 0 : TEND_INTERVAL, 0);
}

/* ---- opening ---- */

/* All plans are taken: some of those that are only kept have to go. */
static bool make_room(struct catalog *catalog, int r)
{
	size_t oldest = find_oldest(catalog, 1);

	if (r != -ENOSPC || oldest == catalog->count)
		return false;
	drop(catalog, oldest);
	return true;
}

static int inspect(struct catalog *catalog, struct known_binary *binary, const char *origin,
		   const char *name, struct error *err)
{
	struct pinned_file_path path = known_binary_path(binary);
	const struct inspection_file file = { path.text, origin, name };
	struct error why;
	int r;

	do {
		why = (struct error){ 0 };
		r = inspection_open(catalog->kernel, &file, &catalog->inspection,
				    &binary->inspection, &why);
	} while (r < 0 && make_room(catalog, r));
	catalog->inspections++;
	return r < 0 ? error_adopt(err, &why) : 0;
}

/* Takes over the file. */
static int learn(struct catalog *catalog, struct pinned_file *file, const char *path,
		 const char *name, struct known_binary **ret_binary, struct error *err)
{
	struct known_binary *binary = calloc(1, sizeof(*binary));
	int r;

	if (!binary) {
		pinned_file_close(file);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	binary->file = *file;
	r = inspect(catalog, binary, path, name, err);
	if (r == 0 && add(catalog, binary) < 0)
		r = error_fail(err, -ENOMEM, "out of memory");
	if (r < 0) {
		destroy_binary(binary);
		return r;
	}
	*ret_binary = binary;
	return 0;
}

/* Takes over the file. One that was idle for long has been closed; what was found out still holds. */
static void refresh(struct known_binary *binary, struct pinned_file *file)
{
	if (binary->file.descriptor < 0) {
		binary->file = *file;
		return;
	}
	binary->file.identity = file->identity;
	pinned_file_close(file);
}

int catalog_open(struct catalog *catalog, const char *path, const char *name,
		 struct known_binary **ret_binary, struct error *err)
{
	struct known_binary *binary;
	struct pinned_file file;
	int r = pinned_file_open(path, &file, err);

	if (r < 0)
		return r;
	binary = find(catalog, &file.identity);
	if (binary)
		refresh(binary, &file);
	else
		r = learn(catalog, &file, path, name, &binary, err);
	if (r < 0)
		return r;
	set_name(binary, name);
	binary->users++;
	*ret_binary = binary;
	return 0;
}

struct known_binary *catalog_find(struct catalog *catalog, int plan)
{
	for (size_t i = 0; i < catalog->count; i++) {
		struct known_binary *binary = catalog->binaries[i];

		if (!inspection_schema(binary->inspection, plan))
			continue;
		binary->users++;
		return binary;
	}
	return NULL;
}

int catalog_probe(struct catalog *catalog, struct known_binary *binary, struct error *err)
{
	struct pinned_file_path path = known_binary_path(binary);
	const struct attach_point *points;
	size_t count;

	if (binary->probes)
		return 0;
	if (!pinned_file_is_pinned(&binary->file))
		return lease_fail(binary->file.lease_code, err);
	points = inspection_points(binary->inspection, &count);
	return kernel_attach_file(catalog->kernel, path.text, points, count, &binary->probes, err);
}

void catalog_detach_all(struct catalog *catalog)
{
	struct attachment **attachments = calloc(catalog->count + 1, sizeof(struct attachment *));
	size_t count = 0;

	for (size_t i = 0; attachments && i < catalog->count; i++) {
		struct known_binary *binary = catalog->binaries[i];

		if (!binary->probes)
			continue;
		attachments[count++] = binary->probes;
		binary->probes = NULL;
	}
	if (count)
		attachments_detach(attachments, count);
	free(attachments);
}

/* ---- lifetime ---- */

int catalog_create(struct uv_loop_s *loop, struct kernel *kernel,
		   const struct inspection_options *inspection, struct catalog **ret_catalog,
		   struct error *err)
{
	struct catalog *catalog = calloc(1, sizeof(*catalog));

	if (!catalog)
		return error_fail(err, -ENOMEM, "out of memory");
	catalog->loop = loop;
	catalog->kernel = kernel;
	catalog->inspection = *inspection;
	uv_signal_init(loop, &catalog->recall);
	uv_timer_init(loop, &catalog->tend);
	catalog->open_handles = 2;
	catalog->recall.data = catalog->tend.data = catalog;
	/* Before the first lease: without this SIGIO would end us. */
	uv_signal_start(&catalog->recall, on_recall, SIGIO);
	*ret_catalog = catalog;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct catalog *catalog = handle->data;

	if (--catalog->open_handles == 0)
		free(catalog);
}

void catalog_destroy(struct catalog *catalog)
{
	if (!catalog)
		return;
	catalog_detach_all(catalog);
	while (catalog->count)
		drop(catalog, catalog->count - 1);
	free(catalog->binaries);
	catalog->binaries = NULL;
	uv_close((uv_handle_t *)&catalog->recall, on_closed);
	uv_close((uv_handle_t *)&catalog->tend, on_closed);
}
