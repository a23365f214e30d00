/* SPDX-License-Identifier: MIT */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

#include "contract.h"
#include "kernel.h"
#include "kernel_type.h"
#include "probe_link.h"

enum {
	/* A link is gone when the kernel has waited for what may still run: 50 ms, a sleeping thread. */
	MAX_DETACHERS = 64,
	/* Each own program has a link, and the kernel verifies each. */
	MOST_OWN_PROGRAMS = 32,
	/* With more links no more programs are own ones: for each link, the kernel visits all processes of the file. */
	MANY_LINKS = 64,
};

struct attachment {
	int traced;	   /* the map of targets, and the process in it; */
	uint32_t pid;	   /* 0: the probes of a whole file, or withdrawn */
	uint64_t entry;	   /* of the process in the map */
	size_t *all_links; /* the kernel side's number of links */
	size_t link_count;
	struct probe_link links[];
};

/* Attachments are detached by other threads, too. */
static void count_links(size_t *all, size_t more)
{
	__atomic_fetch_add(all, more, __ATOMIC_RELAXED);
}

static struct bpf_program *program_for(const struct kernel *kernel,
				       const struct attach_point *point)
{
	return point->is_long ? kernel->long_program : kernel->short_program;
}

/* ---- points that share a program share a link ---- */

static bool are_few(const struct attach_point *points, size_t count)
{
	bool seen[PLANS_MAX] = { false };
	size_t plans = 0;

	for (size_t i = 0; i < count; i++) {
		plans += !seen[points[i].plan];
		seen[points[i].plan] = true;
	}
	return plans <= MOST_OWN_PROGRAMS;
}

/* Returns the descriptors of the points' programs, or NULL. */
static int *choose_programs_of(struct kernel *kernel, const struct attach_point *points,
			       size_t count, bool may_have_own)
{
	int *programs = calloc(count + 1, sizeof(*programs));

	for (size_t i = 0; programs && i < count; i++) {
		programs[i] = may_have_own && !points[i].is_long ?
				      own_programs_get(&kernel->own_programs, points[i].plan) :
				      -1;
		if (programs[i] < 0)
			programs[i] = bpf_program__fd(program_for(kernel, &points[i]));
	}
	return programs;
}

/* Attaches the program of the first point to all points that have it, which then have none any more. */
static int attach_program(const struct kernel *kernel, const struct probe_place *place,
			  const struct attach_point *points, int *programs, size_t count,
			  struct attachment *attachment)
{
	const struct attach_point **same = calloc(count, sizeof(*same));
	int program = programs[0], r;
	size_t same_count = 0;

	if (!same)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (programs[i] != program)
			continue;
		same[same_count++] = &points[i];
		programs[i] = -1;
	}
	r = probe_link_many(program, kernel->short_program, place, same, same_count,
			    &attachment->links[attachment->link_count]);
	free(same);
	return r;
}

static int attach_programs(struct kernel *kernel, const struct probe_place *place,
			   const struct attach_point *points, size_t count, bool may_have_own,
			   struct attachment *attachment)
{
	int *programs = choose_programs_of(kernel, points, count, may_have_own);
	int r = programs ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < count; i++) {
		if (programs[i] < 0)
			continue;
		r = attach_program(kernel, place, points + i, programs + i, count - i, attachment);
		attachment->link_count += r == 0;
	}
	free(programs);
	return r;
}

static void drop_programs_of(struct kernel *kernel, const struct attach_point *points, size_t count)
{
	for (size_t i = 0; i < count; i++)
		own_programs_drop(&kernel->own_programs, points[i].plan);
}

/* Own programs and their links are descriptors: where there are too few, the points share programs. */
static int attach_many(struct kernel *kernel, const struct probe_place *place,
		       const struct attach_point *points, size_t count,
		       struct attachment *attachment)
{
	size_t before = attachment->link_count;
	bool may_have_own = __atomic_load_n(&kernel->link_count, __ATOMIC_RELAXED) < MANY_LINKS &&
			    are_few(points, count);
	int r = attach_programs(kernel, place, points, count, may_have_own, attachment);

	if (r != -EMFILE || !may_have_own)
		return r;
	while (attachment->link_count > before)
		probe_link_destroy(attachment->links[--attachment->link_count]);
	drop_programs_of(kernel, points, count);
	return attach_programs(kernel, place, points, count, false, attachment);
}

static int attach_each(struct kernel *kernel, const struct probe_place *place,
		       const struct attach_point *points, size_t count,
		       struct attachment *attachment)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = probe_link_one(program_for(kernel, &points[i]), place, &points[i],
				   &attachment->links[attachment->link_count]);
		attachment->link_count += r == 0;
	}
	return r;
}

/* Whether all points have a program: that for long plans is only loaded where it was asked for. */
static bool are_executable(const struct kernel *kernel, const struct attach_point *points,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!program_for(kernel, &points[i]))
			return false;
	}
	return true;
}

/* At most as many links as there are points. */
static int attach_links(struct kernel *kernel, const struct probe_place *place,
			const struct attach_point *points, size_t count,
			struct attachment *attachment)
{
	size_t before = attachment->link_count;
	int r = -ENOEXEC;

	if (!are_executable(kernel, points, count))
		return r;
	if (kernel->attachment == KERNEL_ATTACHMENT_MULTI)
		r = attach_many(kernel, place, points, count, attachment);
	else
		r = attach_each(kernel, place, points, count, attachment);
	count_links(&kernel->link_count, attachment->link_count - before);
	return r;
}

/* ---- attachments ---- */

static int fail_attach(struct kernel *kernel, struct error *err, int code)
{
	struct kernel_attempt attempt = {
		.stage = KERNEL_ATTACH,
		.attachment = kernel->attachment,
		.code = code,
		.verdict = "",
	};

	return kernel_fail(kernel, &attempt, err);
}

static struct attachment *create_attachment(struct kernel *kernel, uint32_t pid, size_t links)
{
	struct attachment *attachment =
		calloc(1, sizeof(*attachment) + links * sizeof(attachment->links[0]));

	if (!attachment)
		return NULL;
	attachment->traced = kernel->traced;
	attachment->all_links = &kernel->link_count;
	attachment->pid = pid;
	return attachment;
}

int attachment_renew(const struct attachment *attachment)
{
	return bpf_map_update_elem(attachment->traced, &attachment->pid, &attachment->entry,
				   BPF_ANY) < 0 ?
		       -errno :
		       0;
}

static int enter(struct attachment *attachment, uint32_t target)
{
	attachment->entry = (uint64_t)attachment->pid << TRACED_PROCESS_SHIFT | target;
	return attachment_renew(attachment);
}

static int attachment_attach_points(struct kernel *kernel, const struct probe_place *place,
				    const struct attach_point *points, size_t count,
				    struct attachment **ret_attachment, struct error *err)
{
	struct attachment *attachment = create_attachment(kernel, place->pid, count);
	int r;

	if (!attachment)
		return error_fail(err, -ENOMEM, "out of memory");
	r = place->pid ? enter(attachment, place->target) : 0;
	if (r == 0)
		r = attach_links(kernel, place, points, count, attachment);
	if (r < 0) {
		attachment_detach(attachment);
		return fail_attach(kernel, err, r);
	}
	*ret_attachment = attachment;
	return 0;
}

int kernel_attach(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		  const struct attach_point *points, size_t count,
		  struct attachment **ret_attachment, struct error *err)
{
	struct probe_place place = { .path = path, .pid = pid, .target = target };

	return attachment_attach_points(kernel, &place, points, count, ret_attachment, err);
}

int kernel_attach_file(struct kernel *kernel, const char *path, const struct attach_point *points,
		       size_t count, struct attachment **ret_attachment, struct error *err)
{
	struct probe_place place = { .path = path };

	return attachment_attach_points(kernel, &place, points, count, ret_attachment, err);
}

int kernel_attach_more(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		       const struct attach_point *points, size_t count,
		       struct attachment **attachment, struct error *err)
{
	struct probe_place place = { .path = path, .pid = pid, .target = target };
	size_t links = (*attachment)->link_count + count;
	struct attachment *longer =
		realloc(*attachment, sizeof(*longer) + links * sizeof(longer->links[0]));
	int r;

	if (!longer)
		return error_fail(err, -ENOMEM, "out of memory");
	*attachment = longer;
	r = attach_links(kernel, &place, points, count, longer);
	return r < 0 ? fail_attach(kernel, err, r) : 0;
}

int kernel_adopt(struct kernel *kernel, uint32_t pid, uint32_t target,
		 struct attachment **ret_attachment, struct error *err)
{
	struct attachment *attachment = create_attachment(kernel, pid, 0);
	int r = attachment ? enter(attachment, target | TRACED_BY_FILE) : -ENOMEM;

	if (r < 0) {
		attachment_detach(attachment);
		return error_fail(err, r, "it cannot be added to the traced processes: %s",
				  strerror(-r));
	}
	*ret_attachment = attachment;
	return 0;
}

bool kernel_traces(const struct kernel *kernel, uint32_t pid)
{
	uint64_t entry;

	return bpf_map_lookup_elem(kernel->traced, &pid, &entry) == 0;
}

static uint64_t time_in(int map, uint32_t pid)
{
	uint64_t time;

	return bpf_map_lookup_elem(map, &pid, &time) == 0 ? time : 0;
}

struct beginnings kernel_beginnings(const struct kernel *kernel, uint32_t pid)
{
	return (struct beginnings){
		.program = time_in(kernel->newcomers, pid),
		.listen = time_in(kernel->listeners, pid),
	};
}

void kernel_dismiss(struct kernel *kernel, uint32_t pid, const struct beginnings *beginnings)
{
	if (beginnings->program)
		bpf_map_update_elem(kernel->dismissed_newcomers, &pid, &beginnings->program,
				    BPF_ANY);
	if (beginnings->listen)
		bpf_map_update_elem(kernel->dismissed_listeners, &pid, &beginnings->listen,
				    BPF_ANY);
}

void attachment_withdraw(struct attachment *attachment)
{
	if (!attachment || !attachment->pid)
		return;
	bpf_map_delete_elem(attachment->traced, &attachment->pid);
	attachment->pid = 0;
}

/* Every step-th link from the first on. */
struct detacher {
	const struct probe_link *links;
	size_t count, step;
	pthread_t thread;
	bool runs;
};

static void *detach_some(void *user)
{
	const struct detacher *detacher = user;

	for (size_t i = 0; i < detacher->count; i += detacher->step)
		probe_link_destroy(detacher->links[i]);
	return NULL;
}

static void destroy_at_once(const struct probe_link *links, size_t count)
{
	struct detacher detachers[MAX_DETACHERS] = { 0 };
	size_t threads = count < MAX_DETACHERS ? count : MAX_DETACHERS;

	for (size_t i = 0; i < threads; i++) {
		detachers[i] = (struct detacher){ links + i, count - i, threads };
		detachers[i].runs =
			pthread_create(&detachers[i].thread, NULL, detach_some, &detachers[i]) == 0;
	}
	for (size_t i = 0; i < threads; i++) {
		if (detachers[i].runs)
			pthread_join(detachers[i].thread, NULL);
		else
			detach_some(&detachers[i]);
	}
}

/* Moves the links that begin something to the front. Returns their number. */
static size_t part_links(struct probe_link *links, size_t count)
{
	size_t front = 0;

	for (size_t i = 0; i < count; i++) {
		struct probe_link link = links[i];

		if (!link.begins)
			continue;
		links[i] = links[front];
		links[front++] = link;
	}
	return front;
}

/* What begins in between would have no end. */
static void destroy_links(struct probe_link *links, size_t count)
{
	size_t beginning = part_links(links, count);

	destroy_at_once(links, beginning);
	destroy_at_once(links + beginning, count - beginning);
}

void attachment_detach(struct attachment *attachment)
{
	if (!attachment)
		return;
	attachment_withdraw(attachment);
	count_links(attachment->all_links, -attachment->link_count);
	destroy_links(attachment->links, attachment->link_count);
	free(attachment);
}

/* Moves the links of all attachments into one list, which the caller frees; NULL without memory. */
static struct probe_link *gather_links(struct attachment **attachments, size_t count,
				       size_t *ret_count)
{
	struct probe_link *links;
	size_t all = 0;

	for (size_t i = 0; i < count; i++)
		all += attachments[i] ? attachments[i]->link_count : 0;
	links = calloc(all + 1, sizeof(*links));
	if (!links)
		return NULL;
	*ret_count = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; attachments[i] && j < attachments[i]->link_count; j++)
			links[(*ret_count)++] = attachments[i]->links[j];
		if (attachments[i]) {
			count_links(attachments[i]->all_links, -attachments[i]->link_count);
			attachments[i]->link_count = 0;
		}
	}
	return links;
}

void attachments_detach(struct attachment **attachments, size_t count)
{
	size_t link_count = 0;
	struct probe_link *links;

	for (size_t i = 0; i < count; i++)
		attachment_withdraw(attachments[i]);
	links = gather_links(attachments, count, &link_count);
	if (links)
		destroy_links(links, link_count);
	free(links);
	for (size_t i = 0; i < count; i++)
		attachment_detach(attachments[i]);
}
