/* SPDX-License-Identifier: MIT */
#include "probe_link.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/types.h>

#include "contract.h"

static uint64_t cookie_of(const struct probe_place *place, const struct attach_point *point)
{
	return (uint64_t)place->pid << COOKIE_PROCESS_SHIFT |
	       (uint64_t)place->target << COOKIE_PLAN_BITS | (uint64_t)point->plan;
}

/* libbpf can attach only programs that it has loaded itself. */
int probe_link_many(int program, const struct bpf_program *like, const struct probe_place *place,
		    const struct attach_point *const *points, size_t count,
		    struct probe_link *ret_link)
{
	unsigned long *offsets = calloc(count, sizeof(*offsets));
	__u64 *cookies = calloc(count, sizeof(*cookies));
	LIBBPF_OPTS(bpf_link_create_opts, options, .uprobe_multi.path = place->path,
		    .uprobe_multi.pid = place->pid, .uprobe_multi.offsets = offsets,
		    .uprobe_multi.cookies = cookies, .uprobe_multi.cnt = count);
	bool begins = false;
	int fd = -ENOMEM;

	if (offsets && cookies) {
		for (size_t i = 0; i < count; i++) {
			offsets[i] = points[i]->file_offset;
			cookies[i] = cookie_of(place, points[i]);
			begins |= points[i]->begins;
		}
		fd = bpf_link_create(program, 0, bpf_program__expected_attach_type(like), &options);
	}
	free(offsets);
	free(cookies);
	if (fd < 0)
		return fd;
	*ret_link = (struct probe_link){ .begins = begins, .fd = fd };
	return 0;
}

int probe_link_one(const struct bpf_program *program, const struct probe_place *place,
		   const struct attach_point *point, struct probe_link *ret_link)
{
	LIBBPF_OPTS(bpf_uprobe_opts, options, .bpf_cookie = cookie_of(place, point));
	struct bpf_link *link =
		bpf_program__attach_uprobe_opts(program, place->pid ? (pid_t)place->pid : -1,
						place->path, point->file_offset, &options);

	if (!link)
		return -errno;
	*ret_link = (struct probe_link){ .begins = point->begins, .fd = -1, .of_libbpf = link };
	return 0;
}

void probe_link_destroy(struct probe_link link)
{
	if (link.of_libbpf)
		bpf_link__destroy(link.of_libbpf);
	else
		close(link.fd);
}
