/* SPDX-License-Identifier: MIT */
/*
 * Attaches an empty program to one process, at file offsets of its executable, until SIGINT or SIGTERM. This
 * measures the cost of any uprobe at those sites. With --reads N the program makes N reads of 64 bytes of
 * user memory at each hit, which measures the cost of one read.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "empty_probe.skel.h"

enum { MAX_OFFSETS = 256 };

struct arguments {
	uint32_t reads;
	pid_t pid;
	unsigned long offsets[MAX_OFFSETS];
	size_t offset_count;
};

static bool parse(int count, char **words, struct arguments *ret_arguments)
{
	struct arguments arguments = { 0 };
	int i = 1;

	if (count > 2 && strcmp(words[1], "--reads") == 0) {
		arguments.reads = strtoul(words[2], NULL, 0);
		i = 3;
	}
	if (i < count)
		arguments.pid = strtol(words[i++], NULL, 0);
	while (i < count && arguments.offset_count < MAX_OFFSETS)
		arguments.offsets[arguments.offset_count++] = strtoul(words[i++], NULL, 0);
	*ret_arguments = arguments;
	return arguments.pid > 0 && arguments.offset_count > 0 && i == count;
}

static struct empty_probe_bpf *load(uint32_t reads)
{
	struct empty_probe_bpf *skeleton = empty_probe_bpf__open();

	if (!skeleton)
		return NULL;
	skeleton->rodata->reads = reads;
	bpf_program__set_autoload(skeleton->progs.empty, reads == 0);
	bpf_program__set_autoload(skeleton->progs.read_stack, reads > 0);
	if (empty_probe_bpf__load(skeleton) == 0)
		return skeleton;
	empty_probe_bpf__destroy(skeleton);
	return NULL;
}

static struct bpf_link *attach(const struct empty_probe_bpf *skeleton,
			       const struct arguments *arguments)
{
	LIBBPF_OPTS(bpf_uprobe_multi_opts, options, .offsets = arguments->offsets,
		    .cnt = arguments->offset_count);
	struct bpf_program *program = arguments->reads ? skeleton->progs.read_stack :
							 skeleton->progs.empty;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/exe", arguments->pid);
	return bpf_program__attach_uprobe_multi(program, arguments->pid, path, NULL, &options);
}

static int fail(const char *what)
{
	fprintf(stderr, "empty_probe: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

int main(int count, char **words)
{
	struct arguments arguments;
	struct empty_probe_bpf *skeleton;
	struct bpf_link *link;
	sigset_t ends;
	int number;

	if (!parse(count, words, &arguments)) {
		fprintf(stderr, "usage: empty_probe [--reads N] PID FILE_OFFSET...\n");
		return 2;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	skeleton = load(arguments.reads);
	if (!skeleton)
		return fail("cannot load");
	link = attach(skeleton, &arguments);
	if (!link)
		return fail("cannot attach");
	puts("attached");
	fflush(stdout);
	sigwait(&ends, &number);
	bpf_link__destroy(link);
	empty_probe_bpf__destroy(skeleton);
	return EXIT_SUCCESS;
}
