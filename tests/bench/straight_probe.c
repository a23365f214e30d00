/* SPDX-License-Identifier: MIT */
/*
 * Attaches the straight-line programs, or with --least the least ones, to one process, at the file offsets of a request's
 * begin and end in its executable, until SIGINT or SIGTERM. Reads the records and throws them away; prints how many there were.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "straight_probe.skel.h"

static int fail(const char *what)
{
	fprintf(stderr, "straight_probe: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

static struct bpf_link *attach(struct bpf_program *program, pid_t pid, const char *offset)
{
	unsigned long place = strtoul(offset, NULL, 0);
	LIBBPF_OPTS(bpf_uprobe_multi_opts, options, .offsets = &place, .cnt = 1);
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return bpf_program__attach_uprobe_multi(program, pid, path, NULL, &options);
}

static int count_record(void *count, void *record, size_t size)
{
	(void)record;
	(void)size;
	++*(uint64_t *)count;
	return 0;
}

/* Empties the ring every few milliseconds, because the programs wake nobody. */
static void read_until_signal(struct ring_buffer *ring)
{
	static const struct timespec pause = { .tv_nsec = 5000000 };
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	puts("attached");
	fflush(stdout);
	while (sigtimedwait(&ends, NULL, &pause) < 0)
		ring_buffer__consume(ring);
	ring_buffer__consume(ring);
}

static int trace(struct straight_probe_bpf *skeleton, bool least, pid_t pid, char **offsets)
{
	struct bpf_program *at_begin = least ? skeleton->progs.least_start : skeleton->progs.start;
	struct bpf_program *at_end = least ? skeleton->progs.least_end : skeleton->progs.end;
	struct bpf_link *start = attach(at_begin, pid, offsets[0]);
	struct bpf_link *end = start ? attach(at_end, pid, offsets[1]) : NULL;
	uint64_t records = 0;
	struct ring_buffer *ring;

	if (!end)
		return fail("cannot attach");
	ring = ring_buffer__new(bpf_map__fd(skeleton->maps.ring), count_record, &records, NULL);
	if (!ring)
		return fail("cannot read");
	read_until_signal(ring);
	bpf_link__destroy(start);
	bpf_link__destroy(end);
	ring_buffer__free(ring);
	printf("%llu records, %llu lost\n", (unsigned long long)records,
	       (unsigned long long)skeleton->bss->lost);
	return EXIT_SUCCESS;
}

int main(int count, char **words)
{
	bool least = count == 5 && strcmp(words[1], "--least") == 0;
	pid_t pid = count == 4 + least ? strtol(words[1 + least], NULL, 0) : 0;
	struct straight_probe_bpf *skeleton;
	int status;

	if (pid <= 0) {
		fprintf(stderr,
			"usage: straight_probe [--least] PID OFFSET_OF_BEGIN OFFSET_OF_END\n");
		return 2;
	}
	skeleton = straight_probe_bpf__open_and_load();
	if (!skeleton)
		return fail("cannot load");
	status = trace(skeleton, least, pid, words + 2 + least);
	straight_probe_bpf__destroy(skeleton);
	return status;
}
